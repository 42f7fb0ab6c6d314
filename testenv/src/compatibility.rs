//! How older Envoys differ from the newest: `testenv/tests/versions/matrix.yaml`, which the suite of versions holds
//! against what each of them does, and `docs/compatibility.md` shows.

use std::{fs, io};

use serde::Deserialize;

use crate::repository;

/// The file, below the repository.
const FILE: &str = "testenv/tests/versions/matrix.yaml";

/// What each Envoy does otherwise than expected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The versions that are run, oldest first.
    pub versions: Vec<String>,
    /// All differences.
    pub differences: Vec<Difference>,
}

/// One difference: a row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Of which versions.
    pub versions: Vec<String>,
    /// The cases that it shows in.
    pub cases: Vec<String>,
    /// What comes of them.
    pub outcome: String,
    /// Why, in words for the page.
    pub reason: String,
}

impl Matrix {
    /// Read it.
    ///
    /// # Errors
    /// When it cannot be read, or names a version that is not run.
    pub fn read() -> io::Result<Self> {
        let text = fs::read_to_string(repository().join(FILE))?;
        let matrix: Self = serde_norway::from_str(&text).map_err(io::Error::other)?;
        let mut named = matrix.differences.iter().flat_map(|difference| &difference.versions);
        match named.find(|version| !matrix.versions.contains(version)) {
            Some(version) => Err(io::Error::other(format!("{FILE}: {version} is not run"))),
            None => Ok(matrix),
        }
    }

    /// Case and outcome of all differences of a version.
    pub fn of(&self, version: &str) -> impl Iterator<Item = (&str, &str)> {
        let its = self
            .differences
            .iter()
            .filter(move |difference| difference.versions.iter().any(|its| its == version));
        its.flat_map(|difference| {
            difference.cases.iter().map(|case| (case.as_str(), difference.outcome.as_str()))
        })
    }

    /// The rows of the page, in Markdown.
    pub fn table(&self) -> String {
        let row = |difference: &Difference| {
            let Difference { versions, cases, outcome, reason } = difference;
            format!("| {} | {} | {outcome} | {reason} |\n", versions.join(", "), cases.join("; "))
        };
        let rows: String = self.differences.iter().map(row).collect();
        format!("| Envoy | what is tried | what comes of it | why |\n|---|---|---|---|\n{rows}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_every_difference() {
        let page = fs::read_to_string(repository().join("docs/compatibility.md")).unwrap();
        let table = Matrix::read().unwrap().table();
        assert!(page.contains(&table), "docs/compatibility.md lacks this table:\n{table}");
    }
}
