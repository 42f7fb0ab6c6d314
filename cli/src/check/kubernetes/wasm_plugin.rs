//! `WasmPlugin` of Istio.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::istio_wasm::{
    FailStrategy, Match, Phase, PluginType, PullPolicy, VmConfig, wrong_code, wrong_matches,
};
use super::targets::{Selector, TargetRef, wrong_targets};
use super::{Spec, Wrong, wrong};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they are of their type is all that is asked of most fields")]
pub(super) struct WasmPlugin {
    selector: Option<Selector>,
    target_ref: Option<TargetRef>,
    #[serde(default)]
    target_refs: Vec<TargetRef>,
    phase: Option<Phase>,
    priority: Option<i32>,
    #[serde(default)]
    r#match: Vec<Match>,
    url: String,
    sha256: Option<String>,
    image_pull_policy: Option<PullPolicy>,
    image_pull_secret: Option<String>,
    verification_key: Option<String>,
    plugin_name: Option<String>,
    plugin_config: Option<Map<String, Value>>,
    fail_strategy: Option<FailStrategy>,
    vm_config: Option<VmConfig>,
    r#type: Option<PluginType>,
}

impl Spec for WasmPlugin {
    fn wrong(&self) -> Vec<Wrong> {
        let mut found = wrong_targets(&self.target_refs, true);
        found.extend(wrong_matches(&self.r#match));
        let ways = [self.selector.is_some(), self.target_ref.is_some(), !self.target_refs.is_empty()];
        if ways.iter().filter(|there| **there).count() > 1 {
            found.push(wrong(
                "spec",
                "one of `selector`, `targetRef` and `targetRefs` says what this is for",
            ));
        }
        found.extend(wrong_code("spec", &self.url, self.sha256.as_deref(), self.plugin_name.as_deref()));
        found.extend(self.vm_config.iter().flat_map(|vm| vm.wrong("spec.vmConfig")));
        found
    }
}
