//! `EnvoyExtensionPolicy` of Envoy Gateway.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::istio_wasm::is_sha256;
use super::targets::{TargetRef, wrong_targets};
use super::{Spec, Wrong, wrong};

/// The most extensions of a kind; Envoy Gateway declares it.
const MAX_EXTENSIONS: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they are of their type is all that is asked of most fields")]
pub(super) struct EnvoyExtensionPolicy {
    target_ref: Option<TargetRef>,
    #[serde(default)]
    target_refs: Vec<TargetRef>,
    #[serde(default)]
    target_selectors: Vec<TargetSelector>,
    merge_type: Option<MergeType>,
    #[serde(default)]
    wasm: Vec<Wasm>,
    #[serde(default)]
    ext_proc: Vec<Value>,
    #[serde(default)]
    lua: Vec<Value>,
    #[serde(default)]
    dynamic_module: Vec<Value>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum MergeType {
    StrategicMerge,
    #[serde(rename = "JSONMerge")]
    JsonMerge,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct TargetSelector {
    group: Option<String>,
    kind: String,
    #[serde(default)]
    match_labels: BTreeMap<String, String>,
    #[serde(default)]
    match_expressions: Vec<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Wasm {
    name: Option<String>,
    #[serde(rename = "rootID")]
    root_id: Option<String>,
    code: Code,
    config: Option<Value>,
    #[serde(rename = "failOpen")]
    fail_open: Option<bool>,
    env: Option<Env>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Code {
    r#type: CodeType,
    http: Option<Http>,
    image: Option<Image>,
    #[expect(dead_code, reason = "any of them will do")]
    pull_policy: Option<PullPolicy>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum CodeType {
    #[serde(rename = "HTTP")]
    Http,
    Image,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum PullPolicy {
    IfNotPresent,
    Always,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Http {
    url: String,
    sha256: Option<String>,
    tls: Option<Tls>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Image {
    url: String,
    sha256: Option<String>,
    pull_secret_ref: Option<SecretRef>,
    tls: Option<Tls>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Tls {
    ca_certificate_ref: SecretRef,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct SecretRef {
    group: Option<String>,
    kind: Option<String>,
    name: String,
    namespace: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Env {
    #[serde(default)]
    host_keys: Vec<String>,
}

impl Spec for EnvoyExtensionPolicy {
    fn wrong(&self) -> Vec<Wrong> {
        let Self { target_ref, target_refs, target_selectors, wasm, .. } = self;
        let mut found = wrong_targets(target_refs, false);
        if target_ref.is_none() && target_refs.is_empty() && target_selectors.is_empty() {
            found.push(wrong(
                "spec",
                "there is neither `targetRefs` nor `targetSelectors`: this is for nothing",
            ));
        }
        if target_ref.is_some() && !target_refs.is_empty() {
            found.push(wrong("spec.targetRef", "there is `targetRefs`: one of them says what this is for"));
        }
        if wasm.len() > MAX_EXTENSIONS {
            found.push(wrong("spec.wasm", format!("more than {MAX_EXTENSIONS}")));
        }
        let mut names = BTreeSet::new();
        for (index, wasm) in wasm.iter().enumerate() {
            let path = format!("spec.wasm[{index}]");
            found.extend(wasm.wrong(&path));
            if wasm.name.as_ref().is_some_and(|name| !names.insert(name)) {
                found.push(wrong(
                    format!("{path}.name"),
                    "another one is called so: Envoy keeps plugins apart by it",
                ));
            }
        }
        found
    }
}

impl Wasm {
    fn wrong(&self, path: &str) -> Vec<Wrong> {
        let mut found = self.code.wrong(&format!("{path}.code"));
        let keys = self.env.iter().flat_map(|env| &env.host_keys);
        let mut seen = BTreeSet::new();
        for (index, key) in keys.enumerate() {
            if key.is_empty() || !seen.insert(key) {
                found.push(wrong(format!("{path}.env.hostKeys[{index}]"), "is empty, or here twice"));
            }
        }
        found
    }
}

impl Code {
    fn wrong(&self, path: &str) -> Vec<Wrong> {
        let Self { r#type, http, image, .. } = self;
        let (member, digest, url) = match (r#type, http, image) {
            (CodeType::Http, Some(http), None) => ("http", &http.sha256, &http.url),
            (CodeType::Image, None, Some(image)) => ("image", &image.sha256, &image.url),
            (CodeType::Http, _, _) => {
                return vec![wrong(path, "`type: HTTP` goes with `http`, and with nothing else")];
            }
            (CodeType::Image, _, _) => {
                return vec![wrong(path, "`type: Image` goes with `image`, and with nothing else")];
            }
        };
        let mut found = Vec::new();
        if digest.as_ref().is_some_and(|digest| !is_sha256(digest)) {
            let message = "is 64 hexadecimal digits in lower case, without `sha256:`";
            found.push(wrong(format!("{path}.{member}.sha256"), message));
        }
        let is_web = url.starts_with("http://") || url.starts_with("https://");
        match member {
            "http" if !is_web => {
                found.push(wrong(format!("{path}.http.url"), "begins with https:// or http://"))
            }
            "image" if url.contains("://") => {
                found.push(wrong(format!("{path}.image.url"), "is the name of an image, without a scheme"));
            }
            _ => {}
        }
        found
    }
}
