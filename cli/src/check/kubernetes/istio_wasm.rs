//! What `WasmPlugin` and `wasm` of `TrafficExtension` have in common.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Wrong, wrong};

/// The longest value of a variable, in characters; Istio declares it.
const MAX_VALUE: usize = 2048;
/// The longest name of a variable or plugin, in characters; Istio declares it.
const MAX_NAME: usize = 256;

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum Phase {
    #[serde(rename = "UNSPECIFIED_PHASE")]
    Unspecified,
    #[serde(rename = "AUTHN")]
    Authn,
    #[serde(rename = "AUTHZ")]
    Authz,
    #[serde(rename = "STATS")]
    Stats,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum PullPolicy {
    #[serde(rename = "UNSPECIFIED_POLICY")]
    Unspecified,
    IfNotPresent,
    Always,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(clippy::enum_variant_names, reason = "the words of Istio")]
pub(super) enum FailStrategy {
    FailClose,
    FailOpen,
    FailReload,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) enum PluginType {
    #[serde(rename = "UNSPECIFIED_PLUGIN_TYPE")]
    Unspecified,
    #[serde(rename = "HTTP")]
    Http,
    #[serde(rename = "NETWORK")]
    Network,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Match {
    #[expect(dead_code, reason = "any of them will do")]
    mode: Option<Mode>,
    #[serde(default)]
    ports: Vec<Port>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Mode {
    Undefined,
    Client,
    Server,
    ClientAndServer,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Port {
    number: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VmConfig {
    #[serde(default)]
    env: Vec<Variable>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Variable {
    name: String,
    value_from: Option<ValueFrom>,
    value: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ValueFrom {
    Inline,
    Host,
}

impl VmConfig {
    pub(super) fn wrong(&self, path: &str) -> Vec<Wrong> {
        let mut names = BTreeSet::new();
        let mut found = Vec::new();
        for (index, variable) in self.env.iter().enumerate() {
            let path = format!("{path}.env[{index}]");
            found.extend(variable.wrong(&path));
            if !names.insert(&variable.name) {
                found.push(wrong(format!("{path}.name"), format!("`{}` is here twice", variable.name)));
            }
        }
        found
    }
}

impl Variable {
    fn wrong(&self, path: &str) -> Option<Wrong> {
        let from_host = self.value_from == Some(ValueFrom::Host);
        if self.name.is_empty() || self.name.len() > MAX_NAME {
            Some(wrong(format!("{path}.name"), format!("has 1 to {MAX_NAME} characters")))
        } else if from_host && self.value.is_some() {
            Some(wrong(format!("{path}.value"), "is there only with `valueFrom: INLINE`"))
        } else if !from_host && self.value.as_ref().is_none_or(String::is_empty) {
            Some(wrong(path, "has no `value`; `valueFrom: HOST` takes it from the proxy's environment"))
        } else if self.value.as_ref().is_some_and(|value| value.len() > MAX_VALUE) {
            Some(wrong(format!("{path}.value"), format!("has more than {MAX_VALUE} characters")))
        } else {
            None
        }
    }
}

/// Ports that there are not.
pub(super) fn wrong_matches(matches: &[Match]) -> Vec<Wrong> {
    let mut found = Vec::new();
    for (outer, one) in matches.iter().enumerate() {
        for (index, port) in one.ports.iter().enumerate() {
            if !(1..=65535).contains(&port.number) {
                let path = format!("spec.match[{outer}].ports[{index}].number");
                found.push(wrong(path, "a port is a number from 1 to 65535"));
            }
        }
    }
    found
}

/// Where the module comes from.
pub(super) fn wrong_code(
    path: &str,
    url: &str,
    sha256: Option<&str>,
    plugin_name: Option<&str>,
) -> Vec<Wrong> {
    let mut found = Vec::new();
    let scheme = url.split_once("://").map(|(scheme, _)| scheme);
    if url.is_empty() {
        found.push(wrong(format!("{path}.url"), "is empty"));
    } else if scheme.is_some_and(|scheme| !["oci", "http", "https", "file"].contains(&scheme)) {
        found.push(wrong(
            format!("{path}.url"),
            format!("`{url}`: it begins with oci://, https://, http:// or file://"),
        ));
    }
    if sha256.is_some_and(|digest| !digest.is_empty() && !is_sha256(digest)) {
        found.push(wrong(
            format!("{path}.sha256"),
            "is 64 hexadecimal digits in lower case, without `sha256:`",
        ));
    }
    if plugin_name.is_some_and(|name| name.is_empty() || name.len() > MAX_NAME) {
        found.push(wrong(format!("{path}.pluginName"), format!("has 1 to {MAX_NAME} characters")));
    }
    found
}

/// A SHA-256 digest in hexadecimal.
pub(super) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}
