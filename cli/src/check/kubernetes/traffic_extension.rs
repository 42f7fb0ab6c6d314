//! `TrafficExtension` of Istio 1.30.

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
pub(super) struct TrafficExtension {
    selector: Option<Selector>,
    #[serde(default)]
    target_refs: Vec<TargetRef>,
    phase: Option<Phase>,
    priority: Option<i32>,
    #[serde(default)]
    r#match: Vec<Match>,
    wasm: Option<Wasm>,
    lua: Option<Lua>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Wasm {
    url: String,
    sha256: Option<String>,
    image_pull_policy: Option<PullPolicy>,
    image_pull_secret: Option<String>,
    plugin_name: Option<String>,
    plugin_config: Option<Map<String, Value>>,
    fail_strategy: Option<FailStrategy>,
    vm_config: Option<VmConfig>,
    r#type: Option<PluginType>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Lua {
    inline_code: String,
}

impl Spec for TrafficExtension {
    fn wrong(&self) -> Vec<Wrong> {
        let mut found = wrong_targets(&self.target_refs, true);
        found.extend(wrong_matches(&self.r#match));
        if self.selector.is_some() && !self.target_refs.is_empty() {
            found
                .push(wrong("spec.targetRefs", "there is a `selector`: one of them says what this is for"));
        }
        match (&self.wasm, &self.lua) {
            (Some(wasm), None) => found.extend(wasm.wrong()),
            (None, Some(_)) => {}
            (None, None) => found.push(wrong("spec", "there is neither `wasm` nor `lua`")),
            (Some(_), Some(_)) => {
                found.push(wrong("spec.lua", "there is `wasm`: an extension is one of them"))
            }
        }
        found
    }
}

impl Wasm {
    fn wrong(&self) -> Vec<Wrong> {
        let mut found =
            wrong_code("spec.wasm", &self.url, self.sha256.as_deref(), self.plugin_name.as_deref());
        found.extend(self.vm_config.iter().flat_map(|vm| vm.wrong("spec.wasm.vmConfig")));
        found
    }
}
