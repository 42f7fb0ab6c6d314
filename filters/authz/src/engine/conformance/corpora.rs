//! Where Cedar's tests are, and the lines that say how many of them hold.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The variable that names the folder with one folder per corpus.
const VARIABLE: &str = "WATCHWORD_CORPORA";
/// The folder, and the repository that belongs into it.
const FOLDER: &str = "cedar-integration-tests";
const REPOSITORY: &str = "https://github.com/cedar-policy/cedar-integration-tests";

/// The folder with the tests. Nothing, and a line with the reason, where they are absent.
pub(super) fn find(gate: &str, want: usize) -> Option<PathBuf> {
    let absent = |reason: &str| say(&format!("gate {gate} - {want}/{want} absent: {reason}"));
    let Some(root) = root() else {
        absent(&format!("{VARIABLE} is not set; {REPOSITORY} belongs in its {FOLDER}"));
        return None;
    };
    let path = root.join(FOLDER);
    if path.is_dir() {
        return Some(path);
    }
    absent(&format!("no {FOLDER} in {VARIABLE}; get it from {REPOSITORY}"));
    None
}

#[expect(clippy::disallowed_methods, reason = "tests alone read where the corpora are")]
fn root() -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var(VARIABLE).ok().filter(|value| !value.is_empty())?);
    // A wrong path must not look like a machine without corpora.
    assert!(root.is_dir(), "{VARIABLE} is no folder: {}", root.display());
    Some(root)
}

/// One line of its own on standard output, where the test runner may have begun one.
pub(super) fn say(line: &str) {
    println!("\n{line}");
}

/// The name of a gate: what runs in the engine of the proxy has one of its own.
pub(super) fn gate_name(name: &str) -> String {
    if cfg!(target_family = "wasm") { format!("{name}_wasm") } else { name.to_owned() }
}

/// What has been compared so far.
#[derive(Default)]
pub(super) struct Tally {
    right: usize,
    wrong: Vec<String>,
}

impl Tally {
    /// Count one case, with its fault if it has one.
    pub(super) fn count(&mut self, fault: Option<String>) {
        match fault {
            None => self.right = self.right.saturating_add(1),
            Some(fault) => self.wrong.push(fault),
        }
    }

    /// Say how many cases hold, where all of `want` must; panics with the first faults where they do not.
    pub(super) fn gate(&self, name: &str, want: usize) {
        let Self { right, wrong } = self;
        let all = right.saturating_add(wrong.len());
        let verdict = if *right == want && all == want { "ok" } else { "short" };
        say(&format!("gate {name} {right}/{all} {want}/{want} {verdict}"));
        assert_eq!(verdict, "ok", "{:#?}", wrong.iter().take(9).collect::<Vec<_>>());
    }
}

/// Texts by the path at which the tests name them.
pub(super) struct Files(BTreeMap<String, String>);

impl Files {
    /// Every file of the folders `tests` and `sample-data` under `root`.
    pub(super) fn in_folder(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![root.join("tests"), root.join("sample-data")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    files.insert(name, fs::read_to_string(path).unwrap());
                }
            }
        }
        Self(files)
    }

    /// Every file of an archive whose members are named without their folder.
    pub(super) fn in_archive(path: &Path, folder: &str) -> Self {
        let archive = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
        let members = archive.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let name = format!("{folder}/{}", entry.path().unwrap().display());
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            (name, text)
        });
        Self(members.collect())
    }

    /// The text at `path`.
    pub(super) fn text(&self, path: &str) -> &str {
        self.0.get(path).unwrap_or_else(|| panic!("no {path}"))
    }

    /// The paths of the files that are tests, in alphabetical order.
    pub(super) fn tests(&self) -> impl Iterator<Item = &str> {
        let is_test = |path: &&str| {
            path.ends_with(".json") && !path.ends_with("entities.json") && !path.starts_with("sample-data")
        };
        self.0.keys().map(String::as_str).filter(is_test)
    }
}
