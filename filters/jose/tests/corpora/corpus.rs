//! Where the corpora are, and where to get them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

/// The variable that names the folder with one folder per corpus.
const VARIABLE: &str = "WATCHWORD_CORPORA";

/// One corpus.
pub(crate) struct Corpus {
    /// Its folder.
    pub(crate) folder: &'static str,
    /// Its public repository.
    pub(crate) repository: &'static str,
}

impl Corpus {
    /// Its folder. Nothing, and `heading` with the reason on standard output, where the corpus is absent.
    pub(crate) fn find(&self, heading: &str) -> Option<PathBuf> {
        let Self { folder, repository } = self;
        let Some(root) = root() else {
            say(&format!("{heading} absent: {VARIABLE} is not set; {repository} belongs in its {folder}"));
            return None;
        };
        let path = root.join(folder);
        if path.is_dir() {
            return Some(path);
        }
        say(&format!("{heading} absent: no {folder} in {VARIABLE}; get it from {repository}"));
        None
    }
}

/// One line of its own on standard output, where the test runner may have begun one.
pub(crate) fn say(line: &str) {
    println!("\n{line}");
}

/// The name of a gate: what runs in the engine of the proxy has one of its own.
pub(crate) fn gate_name(name: &str) -> String {
    if cfg!(target_family = "wasm") { format!("{name}_wasm") } else { name.to_owned() }
}

/// Say how many of `all` are right, where at least `least` must be. Returns whether the gate holds.
pub(crate) fn gate(name: &str, got: usize, all: usize, least: usize) -> bool {
    let want = if least < all { format!(">={least}/{all}") } else { format!("{least}/{least}") };
    let holds = got >= least;
    let verdict = if holds { "ok" } else { "short" };
    say(&format!("gate {name} {got}/{all} {want} {verdict}"));
    holds
}

/// The files in `folder` whose names end in `.json`, in the order of their names.
pub(crate) fn json_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    files
}

/// The document in a file.
pub(crate) fn document<T: DeserializeOwned>(path: &Path) -> T {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The name of a file, for messages.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[expect(clippy::disallowed_methods, reason = "tests alone read where the corpora are")]
fn root() -> Option<PathBuf> {
    let root = PathBuf::from(std::env::var(VARIABLE).ok().filter(|value| !value.is_empty())?);
    // A wrong path must not look like a machine without corpora.
    assert!(root.is_dir(), "{VARIABLE} is no folder: {}", root.display());
    Some(root)
}
