//! What the picture shows.

use super::chart::{Bar, Panel, Side};
use crate::figures::{Figures, Line};
use crate::group::Group;
use crate::samples::Measure;

/// What a request costs, and how long somebody waits for it.
pub(super) fn panels(all: &[(Group, Figures)]) -> Vec<Panel> {
    let of =
        |group: Group| all.iter().find(|(candidate, _)| *candidate == group).map(|(_, figures)| figures);
    let cpu = "CPU time of the proxy for a request, µs";
    let panels = [
        (Group::Known, Measure::CpuUs, format!("{cpu}: tokens that were seen before")),
        (Group::Fresh, Measure::CpuUs, format!("{cpu}: tokens that come once, and bad ones")),
        (
            Group::Known,
            Measure::P50Us,
            "Wait for an answer at 1,000 requests in a second, µs, median".to_owned(),
        ),
    ];
    panels.into_iter().filter_map(|(group, measure, title)| panel(of(group)?, measure, title)).collect()
}

fn panel(figures: &Figures, measure: Measure, title: String) -> Option<Panel> {
    let base = figures.line("none")?.median(measure)?;
    let bars = figures.lines.iter().filter_map(|line| bar(line, measure)).collect();
    Some(Panel { title, base, bars })
}

fn bar(line: &Line, measure: Measure) -> Option<Bar> {
    let summary = *line.measures.get(&measure)?;
    Some(Bar { label: line.title.replace(['`', '*'], ""), summary, side: side(&line.key) })
}

/// Whose it is, by the name of the scenario.
fn side(key: &str) -> Side {
    match key {
        "none" | "none-2" | "empty" => Side::Proxy,
        "external" => Side::External,
        key if key.starts_with("jwt_authn") || key == "native" => Side::Native,
        _ => Side::Ours,
    }
}
