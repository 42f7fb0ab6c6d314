use std::path::Path;

use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::strategy::Strategy;
use proptest::{prop_assert, prop_oneof};
use serde_json::{Map, Value};

use super::document::{Named, judge};
use super::*;
use crate::sources::File;

/// Judge a text, tell what is found in each way, and say how much that is.
fn told(text: &str) -> usize {
    let source = Source::of(&File::new(Path::new("f.yaml"), text), &Words::default());
    let findings = judge(&source, None, Named::Itself).unwrap_or_default();
    let shown: Vec<_> = findings.iter().map(|finding| text::show(finding, true)).collect();
    let in_json = json::document(&findings, 1).to_string();
    let in_sarif = sarif::log(&findings).to_string();
    assert!(in_json.len() > shown.len() && in_sarif.len() > shown.len());
    findings.len()
}

/// Names that mean something somewhere, so that random documents get beyond their first member.
const NAMES: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "name",
    "spec",
    "wasm",
    "pluginConfig",
    "config",
    "configuration",
    "value",
    "@type",
    "routes",
    "match",
    "path",
    "jwt",
    "authz",
    "policies",
    "schema",
    "static_resources",
    "listeners",
    "clusters",
    "http_filters",
    "typed_config",
    "vm_config",
    "configPatches",
    "patch",
    "env",
    "vmConfig",
    "<<",
];
const TEXTS: &[&str] = &[
    "extensions.istio.io/v1alpha1",
    "networking.istio.io/v1alpha3",
    "gateway.envoyproxy.io/v1alpha1",
    "TrafficExtension",
    "WasmPlugin",
    "EnvoyFilter",
    "EnvoyExtensionPolicy",
    "watchword",
    "yes",
    "{\"a\": [1,",
    "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
    "permit (principal, action, resource) when {",
    "type.googleapis.com/google.protobuf.Struct",
    "type.googleapis.com/google.protobuf.StringValue",
    "é\t\u{7f}",
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        proptest::sample::select(TEXTS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 6, |inner| {
        let name = proptest::sample::select(NAMES).prop_map(str::to_owned);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..7)
                .prop_map(|members| members.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        prop_assert!(told(&text) <= text.len().max(1));
    }

    #[test]
    fn no_bytes_that_look_like_yaml_make_it_panic(text in "[ \\n\\t:#{}\\[\\],&*!|>'\"%@`a-z0-9é~<$-]{0,60}") {
        told(&text);
    }

    #[test]
    fn no_document_makes_it_panic(value in value()) {
        told(&serde_norway::to_string(&value).unwrap());
    }
}
