//! The tests that pages name, and those that there are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::page::{Page, root};

/// Words in a name from which on it is a sentence, and no reason or setting.
const SENTENCE: usize = 5;

/// Pages that name tests. Others have settings and reasons of as many words.
const PAGES: [&str; 4] =
    ["docs/failure-modes.md", "docs/operations.md", "docs/security-model.md", "docs/upgrade.md"];

/// Settings of Envoy on these pages.
const OF_ENVOY: [&str; 1] = ["apply_default_config_without_warming"];

/// What `page` names in backticks that reads like a test.
pub(crate) fn cited(page: &Page) -> Vec<String> {
    if !PAGES.contains(&page.name.as_str()) {
        return Vec::new();
    }
    let quoted = page.text.split('`').skip(1).step_by(2);
    quoted.filter(|text| is_sentence(text)).map(str::to_owned).collect()
}

fn is_sentence(text: &str) -> bool {
    // A metric.
    if text.starts_with("watchword_") || OF_ENVOY.contains(&text) {
        return false;
    }
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_plain && text.split('_').filter(|word| !word.is_empty()).count() >= SENTENCE
}

/// Every test of the repository, by its name.
pub(crate) fn there() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["cli", "filters", "fuzz", "testenv", "wasmhost"] {
        collect(&root().join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(of(&fs::read_to_string(path).unwrap()));
        }
    }
}

/// Other attributes may stand between the one of a test and its function.
fn of(text: &str) -> Vec<String> {
    let rests = text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn "));
    rests.filter_map(|(_, rest)| Some(rest.split_once('(')?.0.to_owned())).collect()
}
