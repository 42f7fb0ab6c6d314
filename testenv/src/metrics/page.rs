//! The table of `docs/metrics.md`.

use std::collections::BTreeSet;
use std::{fs, io};

use crate::repository;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Its name in Prometheus.
    pub name: String,
    /// The names in the sources that count under it: what stands before labels of the configuration.
    pub events: BTreeSet<String>,
    /// Its labels.
    pub labels: BTreeSet<String>,
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
}

/// The rows of the page.
///
/// # Errors
/// When the page cannot be read, or a row of it has another number of columns.
pub fn page() -> io::Result<Vec<Metric>> {
    let text = fs::read_to_string(repository().join("docs/metrics.md"))?;
    text.lines().filter(|line| line.starts_with("| `watchword_")).map(row).collect()
}

fn row(line: &str) -> io::Result<Metric> {
    let columns: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, event, labels, kind, _unit, _meaning] = *columns.as_slice() else {
        return Err(io::Error::other(format!("not six columns: {line}")));
    };
    let labels = labels.split(',').map(|label| label.trim().trim_matches('`'));
    Ok(Metric {
        name: name.trim_matches('`').to_owned(),
        events: events(event.trim_matches('`')),
        labels: labels.filter(|label| !label.is_empty()).map(str::to_owned).collect(),
        kind: kind.to_owned(),
    })
}

/// `a.{b,c}.<d>` is `a.b` and `a.c`.
fn events(pattern: &str) -> BTreeSet<String> {
    let fixed = pattern.split(".<").next().unwrap_or(pattern);
    let Some((before, rest)) = fixed.split_once('{') else { return [fixed.to_owned()].into() };
    let (among, after) = rest.split_once('}').unwrap_or((rest, ""));
    among.split(',').map(|one| format!("{before}{one}{after}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_with_all_names_that_it_stands_for() {
        let read =
            row("| `watchword_a` | `a.{b,c}.<d>` | `x`, `d` | counter | requests | says so |").unwrap();
        assert_eq!(read.events, ["a.b".to_owned(), "a.c".to_owned()].into());
        assert_eq!(read.labels, ["d".to_owned(), "x".to_owned()].into());
        let plain = row("| `watchword_e` | `e` | | gauge | | |").unwrap();
        assert_eq!((plain.events, plain.labels), (["e".to_owned()].into(), BTreeSet::new()));
        assert!(row("| `watchword_a` | b |").is_err());
    }
}
