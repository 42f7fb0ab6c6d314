//! Figures as people read them, in a terminal and on a page.

use crate::figures::{Figures, Line};
use crate::samples::Measure;

/// The scenario over which others add something.
const BASE: &str = "none";

/// A table: its head, then its lines.
pub(crate) fn rows(figures: &Figures) -> Vec<Vec<String>> {
    let measures = measures(figures);
    let base = figures.line(BASE);
    let mut head = vec!["scenario".to_owned()];
    head.extend(measures.iter().flat_map(|measure| columns(*measure)));
    let lines = figures.lines.iter().map(|line| {
        let cells = measures.iter().flat_map(|measure| cells(line, base, *measure));
        std::iter::once(line.title.clone()).chain(cells).collect()
    });
    std::iter::once(head).chain(lines).collect()
}

/// For a terminal: the first column to the left, the others to the right.
pub(crate) fn terminal(rows: &[Vec<String>]) -> String {
    let widths = widths(rows);
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(place, (cell, width))| {
            if place == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// For a page, in Markdown.
pub(crate) fn markdown(rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = String::new();
    if let Some((head, rest)) = rows.split_first() {
        text.push_str(&line(head));
        let rule = (0..head.len()).map(|place| if place == 0 { "---" } else { "--:" });
        text.push_str(&format!("| {} |\n", rule.collect::<Vec<_>>().join(" | ")));
        rest.iter().for_each(|row| text.push_str(&line(row)));
    }
    text
}

/// Those that some line has, in their own order.
fn measures(figures: &Figures) -> Vec<Measure> {
    let mut all: Vec<Measure> =
        figures.lines.iter().flat_map(|line| line.measures.keys().copied()).collect();
    all.sort();
    all.dedup();
    all
}

/// What a request costs is told also as what it adds.
fn columns(measure: Measure) -> Vec<String> {
    match measure {
        Measure::CpuUs | Measure::P50Us | Measure::ResidentMb | Measure::KnownUsersMb => {
            vec![measure.title().to_owned(), "added".to_owned()]
        }
        Measure::P99Us
        | Measure::PerSecond
        | Measure::ProxyPercent
        | Measure::LoadPercent
        | Measure::AuthorizerUs
        | Measure::StartMs
        | Measure::StartCpuMs => {
            vec![measure.title().to_owned()]
        }
    }
}

fn cells(line: &Line, base: Option<&Line>, measure: Measure) -> Vec<String> {
    let digits = measure.digits();
    let Some(summary) = line.measures.get(&measure) else {
        return columns(measure).iter().map(|_| "–".to_owned()).collect();
    };
    let half = (summary.high - summary.low) / 2.0;
    let mut cells = vec![format!("{:.digits$} ± {half:.digits$}", summary.median)];
    if columns(measure).len() > 1 {
        let added = base.filter(|base| base.key != line.key).and_then(|base| base.median(measure));
        cells.push(
            added.map_or_else(|| "–".to_owned(), |base| format!("{:.digits$}", summary.median - base)),
        );
    }
    cells
}

fn widths(rows: &[Vec<String>]) -> Vec<usize> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max()
    };
    (0..columns).map(|column| width(column).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_rule_below_its_head() {
        let rows = vec![vec!["a".to_owned(), "b".to_owned()], vec!["x".to_owned(), "10".to_owned()]];
        assert_eq!(markdown(&rows), "| a | b |\n| --- | --: |\n| x | 10 |\n");
        assert_eq!(terminal(&rows), "a   b\nx  10");
    }
}
