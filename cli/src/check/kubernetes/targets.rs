//! What a resource is for.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Wrong, wrong};

/// The most targets, as Istio and Envoy Gateway declare it.
const MAX_TARGETS: usize = 16;

/// Pods by their labels.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Selector {
    #[serde(default, rename = "matchLabels")]
    #[expect(dead_code, reason = "any labels will do")]
    match_labels: BTreeMap<String, String>,
}

/// A resource by its name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TargetRef {
    #[serde(default)]
    group: String,
    kind: String,
    name: String,
    namespace: Option<String>,
    section_name: Option<String>,
}

impl TargetRef {
    fn wrong(&self, path: &str, in_istio: bool) -> Vec<Wrong> {
        let mut found = Vec::new();
        if self.name.is_empty() {
            found.push(wrong(format!("{path}.name"), "is empty"));
        }
        if let Some(namespace) = &self.namespace {
            let message = format!(
                "`{namespace}`: a target is in the namespace of the resource, and has none of its own"
            );
            found.push(wrong(format!("{path}.namespace"), message));
        }
        if in_istio && self.section_name.is_some() {
            found.push(wrong(format!("{path}.sectionName"), "Istio applies to all of a target"));
        }
        if !is_known(&self.group, &self.kind, in_istio) {
            let message =
                format!("`{}` of group `{}` is nothing that this applies to", self.kind, self.group);
            found.push(wrong(format!("{path}.kind"), message));
        }
        found
    }
}

fn is_known(group: &str, kind: &str, in_istio: bool) -> bool {
    match (group, kind) {
        ("gateway.networking.k8s.io", "Gateway") => true,
        ("gateway.networking.k8s.io", "GatewayClass") | ("" | "core", "Service") => in_istio,
        ("networking.istio.io", "ServiceEntry") => in_istio,
        ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "UDPRoute" | "TLSRoute") => {
            !in_istio
        }
        (_, _) => false,
    }
}

/// Targets of a resource.
pub(super) fn wrong_targets(targets: &[TargetRef], in_istio: bool) -> Vec<Wrong> {
    let mut found = Vec::new();
    if targets.len() > MAX_TARGETS {
        found.push(wrong("spec.targetRefs", format!("more than {MAX_TARGETS}")));
    }
    for (index, target) in targets.iter().enumerate() {
        found.extend(target.wrong(&format!("spec.targetRefs[{index}]"), in_istio));
    }
    found
}
