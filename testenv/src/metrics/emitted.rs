//! The names that the sources of the filters count under.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::repository;

/// What names of metrics begin with. Other texts of the sources that look alike are gates, which tests print.
const FAMILIES: [&str; 6] = ["authz", "fetch", "identity", "jwt", "limit", "peer"];

/// The file in which every text that looks like a name is one.
const METRICS: &str = "host/src/metrics.rs";

/// Texts in the sources that are names of gates, because measuring code stands beside what it measures.
const GATES: [&str; 4] = ["conformance", "costs", "growth.rs", "tests"];

/// All names that the sources of the filters count under, without what the configuration adds to them.
///
/// # Errors
/// When a source cannot be read.
pub fn emitted() -> io::Result<BTreeSet<String>> {
    let root = repository().join("filters");
    let mut names = BTreeSet::new();
    for source in sources(&root)? {
        let is_all_names = source.ends_with(METRICS);
        let text = fs::read_to_string(&source)?;
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let found = literals(code).filter(|text| is_name(text) && (is_all_names || is_of_family(text)));
        names.extend(found.map(str::to_owned));
    }
    Ok(names)
}

fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if GATES.contains(&name.as_str()) || name == "target" {
            continue;
        }
        match path.is_dir() {
            true => found.extend(sources(&path)?),
            false if name.ends_with(".rs") => found.push(path),
            false => {}
        }
    }
    Ok(found)
}

/// The texts between quotes, of lines that are code.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2))
}

fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.split('.').all(is_part)
}

fn is_of_family(text: &str) -> bool {
    text.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_from_other_texts() {
        for name in ["waiting", "limit.engine_us", "jwt.cache.hit"] {
            assert!(is_name(name), "{name}");
        }
        for other in ["", "a b", "a.", "watchword.{event}", "Jwt", "a.1"] {
            assert!(!is_name(other), "{other}");
        }
        assert_eq!(
            literals("count(\"a.b\");\n// \"c.d\"\n(\"e\", \"f\")").collect::<Vec<_>>(),
            ["a.b", "e", "f"]
        );
    }
}
