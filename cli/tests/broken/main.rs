//! Broken inputs, ten of each kind at least: each is a good one with one change. `§` in what is put there marks the
//! place that the tool must name; it is not part of the input.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[cfg(test)]
mod cases;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use serde_json::Value;

    use super::cases::{CASES, Case};

    /// As many as there must be of each kind.
    const LEAST_OF_A_KIND: usize = 10;

    fn folder(name: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn base(kind: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/broken/bases/{kind}.yaml"));
        std::fs::read_to_string(path).unwrap()
    }

    fn findings(arguments: &[&str], paths: &[PathBuf]) -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchword"));
        let output =
            command.args(["check", "--format", "json"]).args(arguments).args(paths).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let document: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
        document["findings"].as_array().unwrap().clone()
    }

    /// The input, and the line and column of the mark.
    fn mutate(case: &Case) -> (String, usize, usize) {
        let base = base(case.kind);
        assert_eq!(base.matches(case.instead_of).count(), 1, "{}: `{}` once", case.kind, case.instead_of);
        let marked = base.replace(case.instead_of, case.put);
        let (before, after) = marked.split_once('§').unwrap();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        (format!("{before}{after}"), line, column)
    }

    #[test]
    fn every_broken_input_is_explained_at_its_place() {
        let folder = folder("broken");
        let mut wanted = BTreeMap::new();
        for (index, case) in CASES.iter().enumerate() {
            let (path, line, column) = match case.kind {
                "policies" => policies(&folder.join(format!("{index}")), case),
                _ => {
                    let (text, line, column) = mutate(case);
                    let path = folder.join(format!("{index}-{}.yaml", case.kind));
                    std::fs::write(&path, text).unwrap();
                    (path.clone(), line, column)
                }
            };
            wanted.insert(path, (case, line, column));
        }
        let inputs: Vec<_> = wanted
            .keys()
            .map(|path| {
                if path.extension().unwrap() == "yaml" {
                    path.clone()
                } else {
                    path.parent().unwrap().into()
                }
            })
            .collect();
        let found = findings(&[], &inputs);
        let mut faults = Vec::new();
        for (path, (case, line, column)) in &wanted {
            let here = found.iter().filter(|finding| finding["file"] == path.to_str().unwrap());
            let here: Vec<_> = here.collect();
            let fits = |finding: &&&Value| {
                let said = format!(
                    "{}: {}",
                    finding["field"].as_str().unwrap(),
                    finding["message"].as_str().unwrap()
                );
                finding["rule"] == case.rule
                    && finding["line"] == *line
                    && finding["column"] == *column
                    && said.contains(case.says)
            };
            if here.iter().find(fits).is_none() {
                faults.push(format!("{case:?} at {line}:{column}: {here:#?}"));
            }
        }
        let (got, all) = (wanted.len() - faults.len(), wanted.len());
        let ok = if faults.is_empty() && all >= 60 { "ok" } else { "short" };
        println!("\ngate ship.check_broken {got}/{all} {0}/{0} {ok}", all.max(60));
        assert!(ok == "ok", "{}", faults.join("\n"));
    }

    #[test]
    fn there_are_enough_of_each_kind() {
        let mut counts = BTreeMap::new();
        CASES.iter().for_each(|case| *counts.entry(case.kind).or_insert(0) += 1);
        assert_eq!(counts.len(), 7, "{counts:?}");
        assert!(counts.values().all(|count| *count >= LEAST_OF_A_KIND), "{counts:?}");
    }

    #[test]
    fn what_they_are_made_of_is_good() {
        let folder = folder("bases");
        let kinds = CASES.iter().map(|case| case.kind).filter(|kind| *kind != "policies");
        let mut paths: Vec<_> = kinds.map(|kind| folder.join(format!("{kind}.yaml"))).collect();
        paths.sort();
        paths.dedup();
        for path in &paths {
            std::fs::write(path, base(path.file_stem().unwrap().to_str().unwrap())).unwrap();
        }
        let found = findings(&["--allow", "mac-key-missing"], &paths);
        assert_eq!(found, Vec::<Value>::new());
    }

    /// The policies of an example with one change in one of their files.
    fn policies(folder: &Path, case: &Case) -> (PathBuf, usize, usize) {
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../envoy/policies/roles");
        std::fs::create_dir_all(folder).unwrap();
        let mut found = None;
        for entry in std::fs::read_dir(example).unwrap() {
            let (path, mut text) = entry.map(|entry| (entry.path(), String::new())).unwrap();
            text += &std::fs::read_to_string(&path).unwrap();
            let target = folder.join(path.file_name().unwrap());
            if path.extension().unwrap() == case.file && text.contains(case.instead_of) {
                let marked = text.replacen(case.instead_of, case.put, 1);
                let (before, after) = marked.split_once('§').unwrap();
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                text = format!("{before}{after}");
                found = Some((target.clone(), line, column));
            }
            std::fs::write(target, text).unwrap();
        }
        found.unwrap_or_else(|| panic!("{case:?}: `{}` is nowhere", case.instead_of))
    }
}
