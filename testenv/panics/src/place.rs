//! Where in a source something panics.

use std::fmt::{self, Display, Formatter};

/// Where our own sources lie.
const OURS: &str = "filters/";

/// A place that a module names. Places are in order of their sources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The path, from the crate's name on, without versions and hashes: `ring/src/limb.rs`. Ours begin at the root of
    /// the repository.
    pub(crate) source: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Place {
    pub(crate) fn at(path: &str, line: u32, column: u32) -> Self {
        Self { source: source(path), line, column }
    }

    /// Whether it is in our own crates. Those that stand in for others, and hand on what is theirs, are ours.
    pub(crate) fn is_ours(&self) -> bool {
        self.source.starts_with(OURS)
    }
}

impl Display for Place {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}:{}:{}", self.source, self.line, self.column)
    }
}

/// `/registry/NAME-VERSION/…`, `/rustc/HASH/library/…` and `/rust/deps/NAME-VERSION/…` as the build has named them, and
/// what a build script has made: `/target/…/build/NAME-HASH/out/…`.
fn source(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["rustc", _, "library", rest @ ..] => rest.join("/"),
        ["registry", package, rest @ ..] | ["rust", "deps", package, rest @ ..] => joined(package, rest),
        ["target", middle @ ..] => made(middle),
        ["watchword", rest @ ..] => rest.join("/"),
        _ => parts.join("/"),
    }
}

fn made(parts: &[&str]) -> String {
    let mut rest = parts.iter().skip_while(|part| **part != "build").skip(1);
    let package = rest.next().copied().unwrap_or_default();
    joined(package, &rest.copied().collect::<Vec<_>>())
}

/// `NAME-VERSION` or `NAME-HASH`, without what is behind the last hyphen.
fn joined(package: &str, rest: &[&str]) -> String {
    let name = package.rsplit_once('-').map_or(package, |(name, _)| name);
    format!("{name}/{}", rest.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_called_alike_whatever_the_version_and_the_machine() {
        let places = [
            ("filters/host/src/stream.rs", "filters/host/src/stream.rs"),
            ("/watchword/filters/host/src/stream.rs", "filters/host/src/stream.rs"),
            ("/registry/proxy-wasm-0.2.5/src/dispatcher.rs", "proxy-wasm/src/dispatcher.rs"),
            ("/rustc/59807616e1/library/core/src/cell.rs", "core/src/cell.rs"),
            ("/rust/deps/hashbrown-0.16.1/src/raw/mod.rs", "hashbrown/src/raw/mod.rs"),
            (
                "/target/wasm32-wasip1/release/build/cedar-1a/out//src/grammar.rs",
                "cedar/out/src/grammar.rs",
            ),
        ];
        for (path, source) in places {
            assert_eq!(Place::at(path, 1, 2).to_string(), format!("{source}:1:2"));
        }
    }
}
