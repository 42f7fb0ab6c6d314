//! What the shipped configurations allow the module: each of them the same, and what a module has to have.

use std::collections::BTreeSet;
use std::fs;

use testenv::repository;

/// The names under each `allowed_capabilities` of a file.
fn lists(file: &str) -> Vec<BTreeSet<String>> {
    let path = repository().join("envoy").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let sections = text.split("allowed_capabilities:").skip(1);
    let name = |line: &str| line.trim().strip_suffix(": {}").map(str::to_owned);
    sections.map(|section| section.lines().skip(1).map_while(name).collect()).collect()
}

/// The calls of the ABI that a module can make: the host's crate declares each.
fn calls() -> BTreeSet<String> {
    let text = ["abi.rs", "abi/calls.rs"].map(|file| {
        let path = repository().join("filters/host/src").join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    });
    let text = text.concat();
    let declared = |line: &str| Some(line.trim().strip_prefix("fn ")?.split_once('(')?.0.to_owned());
    text.lines().filter_map(declared).filter(|name| name.starts_with("proxy_")).collect()
}

#[test]
fn every_call_that_a_module_can_make_is_allowed() {
    let (calls, allowed) = (calls(), lists("edge.yaml").remove(0));
    assert!(calls.contains("proxy_log"), "{calls:?}");
    let missing: Vec<_> = calls.difference(&allowed).collect();
    assert!(missing.is_empty(), "{missing:?}: they would fail, and some of them without notice");
}

#[test]
fn every_shipped_configuration_allows_the_same() {
    let usual = lists("edge.yaml").remove(0);
    for needed in ["proxy_on_request_headers", "proxy_on_request_trailers", "proxy_on_response_trailers"] {
        assert!(usual.contains(needed), "{needed}: without it nothing is cleaned, and nobody notices");
    }
    for file in ["edge.yaml", "sidecar.yaml", "interplay.yaml"] {
        let lists = lists(file);
        assert!(!lists.is_empty(), "{file} restricts nothing");
        assert!(lists.iter().all(|list| *list == usual), "{file}: {lists:?}");
    }
}
