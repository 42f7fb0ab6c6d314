//! Our own source, read as text: `rustfmt` keeps it in a form that needs no parser.

use std::fs;
use std::path::Path;

use crate::page::root;

/// A file of a filter's crate, without its tests.
pub(crate) struct Source {
    /// From `filters/`.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// An arm of a `match`.
pub(crate) struct Arm<'a> {
    pub(crate) pattern: &'a str,
    pub(crate) value: &'a str,
}

/// Folders and files that no module has in it.
const TESTS: [&str; 7] =
    ["tests", "tests.rs", "testing.rs", "costs", "conformance", "test_issuer.rs", "test_keys.rs"];

/// Every file under `filters/*/src`.
pub(crate) fn all() -> Vec<Source> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(root().join("filters")).unwrap() {
        let folder = entry.unwrap().path().join("src");
        if folder.is_dir() {
            collect(&folder, &mut sources);
        }
    }
    assert!(sources.len() > 100, "the filters have moved");
    sources
}

fn collect(folder: &Path, sources: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| TESTS.contains(&name.to_string_lossy().as_ref())) {
            continue;
        }
        match path.is_dir() {
            true => collect(&path, sources),
            false => sources.push(Source::read(&path)),
        }
    }
}

impl Source {
    fn read(path: &Path) -> Self {
        let whole = fs::read_to_string(path).unwrap();
        let text = whole.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
        let name = path.strip_prefix(root().join("filters")).unwrap();
        Self { name: name.to_string_lossy().into_owned(), text }
    }

    /// The functions of it that give a word, by name.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        let functions = self.text.split("fn ").skip(1).filter_map(|rest| rest.split_once('{'));
        functions.filter(|(head, _)| head.contains("-> &'static str")).filter_map(|(head, _)| {
            let name = head.split('(').next()?;
            (name == "word" || name == "reason" || name.starts_with("reason_")).then_some(name)
        })
    }

    /// The arms of the `match` that the function called `function` is.
    pub(crate) fn arms(&self, function: &str) -> Vec<Arm<'_>> {
        let body = self.text.split(&format!("fn {function}(")).nth(1).unwrap_or_default();
        let body = body.split("\n    }\n").next().unwrap_or_default();
        let body = body.split_once("match ").map_or("", |(_, body)| body);
        let body = body.split_once('{').map_or("", |(_, body)| body);
        arms(body)
    }

    /// The arguments of every call that begins with `call`, up to its closing bracket.
    pub(crate) fn calls<'a>(&'a self, call: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.match_indices(call).map(|(at, _)| in_brackets(&self.text[at + call.len()..]))
    }

    /// What a name of a constant stands for.
    pub(crate) fn constant(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.text.split_once(&format!("const {name}: &str = "))?;
        literal(rest.split(';').next()?)
    }
}

/// The text in quotes that `text` is.
pub(crate) fn literal(text: &str) -> Option<&str> {
    text.trim().strip_prefix('"')?.strip_suffix('"')
}

/// A pattern may go over lines that begin with `|`, and a value over lines that are further in.
fn arms(body: &str) -> Vec<Arm<'_>> {
    let mut arms = Vec::new();
    let mut rest = body;
    while let Some((pattern, after)) = rest.split_once("=>") {
        let end = after.find("\n            Self::").unwrap_or(after.len());
        let (value, next) = after.split_at(end);
        let value = value.split("\n        }").next().unwrap_or_default();
        arms.push(Arm { pattern: pattern.trim(), value: value.trim().trim_end_matches(',') });
        rest = next;
    }
    arms
}

fn in_brackets(text: &str) -> &str {
    let mut depth = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}
