//! The metrics that dashboard and alerts ask for.

use std::collections::BTreeSet;
use std::{fs, io};

use crate::repository;

/// The files that ask.
const FILES: [&str; 2] = ["envoy/observe/dashboard.json", "envoy/observe/alerts.yaml"];

/// The names, of histograms without what Prometheus adds to them. Comments name none.
///
/// # Errors
/// When a file cannot be read.
pub fn used() -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for file in FILES {
        let text = fs::read_to_string(repository().join(file))?;
        let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
        let words = lines.flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        let ours = words.filter(|word| word.starts_with("watchword_") && !word.ends_with('_'));
        names.extend(ours.map(|word| base(word).to_owned()));
    }
    Ok(names)
}

/// A metric's own name, of one of the series that make a histogram.
pub fn base(series: &str) -> &str {
    let parts = ["_bucket", "_sum", "_count"];
    parts.into_iter().find_map(|part| series.strip_suffix(part)).unwrap_or(series)
}
