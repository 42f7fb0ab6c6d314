//! Bars: what a proxy costs without filters, and what they add.

use super::svg::Svg;
use crate::statistics::Summary;

/// Measures of the picture, in its own units.
const WIDTH: f64 = 960.0;
const LABELS: f64 = 400.0;
const RIGHT: f64 = 130.0;
const ROW: f64 = 22.0;
const BAR: f64 = 13.0;
const HEAD: f64 = 44.0;
const MARGIN: f64 = 24.0;
const LEGEND: f64 = 30.0;

/// What a proxy without filters has, too.
const BASE_COLOUR: &str = "#d5d9e0";
const TEXT: &str = "#1f2937";
const QUIET: &str = "#6b7280";

/// Whose filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// None, or one that does nothing.
    Proxy,
    /// Envoy's own.
    Native,
    /// Another process.
    External,
    /// Ours.
    Ours,
}

impl Side {
    const ALL: [Self; 4] = [Self::Proxy, Self::Native, Self::External, Self::Ours];

    const fn colour(self) -> &'static str {
        match self {
            Self::Proxy => "#9aa3b2",
            Self::Native => "#475569",
            Self::External => "#d97706",
            Self::Ours => "#2563eb",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Proxy => "WebAssembly itself",
            Self::Native => "Envoy's own filters",
            Self::External => "an external authorizer",
            Self::Ours => "Watchword",
        }
    }
}

/// One chart.
#[derive(Debug)]
pub(super) struct Panel {
    /// What it shows.
    pub(super) title: String,
    /// What a proxy without filters has.
    pub(super) base: f64,
    /// From above to below.
    pub(super) bars: Vec<Bar>,
}

/// A scenario.
#[derive(Debug)]
pub(super) struct Bar {
    /// What it is.
    pub(super) label: String,
    /// How long the bar is, and its whisker.
    pub(super) summary: Summary,
    /// Its colour.
    pub(super) side: Side,
}

/// All of them, one below the other.
pub(super) fn draw(panels: &[Panel]) -> String {
    let mut svg = Svg::new(WIDTH, MARGIN + LEGEND + panels.iter().map(height).sum::<f64>());
    legend(&mut svg);
    let mut top = LEGEND + MARGIN;
    for panel in panels {
        draw_panel(&mut svg, panel, top);
        top += height(panel);
    }
    svg.finish()
}

fn height(panel: &Panel) -> f64 {
    HEAD + panel.bars.len() as f64 * ROW + MARGIN
}

fn legend(svg: &mut Svg) {
    let mut left = MARGIN;
    let entries = Side::ALL.map(|side| (side.colour(), format!("added by {}", side.title())));
    for (colour, title) in std::iter::once((BASE_COLOUR, "no filter".to_owned())).chain(entries) {
        svg.bar(left, MARGIN, 12.0, 12.0, colour);
        svg.text(left + 18.0, MARGIN + 10.5, TEXT, 12.0, &title);
        // A letter of 12 is some 6.6 wide.
        left += 18.0 + title.chars().count() as f64 * 6.6 + 18.0;
    }
}

fn draw_panel(svg: &mut Svg, panel: &Panel, top: f64) {
    svg.heading(MARGIN, top + 26.0, TEXT, &panel.title);
    let longest = panel.bars.iter().map(|bar| bar.summary.high).fold(panel.base, f64::max);
    let scale = (WIDTH - MARGIN - LABELS - RIGHT) / longest;
    for (number, bar) in panel.bars.iter().enumerate() {
        draw_bar(svg, panel, bar, scale, top + HEAD + number as f64 * ROW);
    }
}

fn draw_bar(svg: &mut Svg, panel: &Panel, bar: &Bar, scale: f64, top: f64) {
    let Summary { median, low, high } = bar.summary;
    let middle = top + BAR / 2.0;
    svg.label(LABELS - 10.0, top + 10.5, TEXT, &bar.label);
    svg.bar(LABELS, top, median.min(panel.base) * scale, BAR, BASE_COLOUR);
    if median > panel.base {
        svg.bar(LABELS + panel.base * scale, top, (median - panel.base) * scale, BAR, bar.side.colour());
    }
    svg.line(LABELS + low * scale, LABELS + high * scale, middle, "#111827");
    let added = median - panel.base;
    let value =
        if added.abs() < 0.05 { format!("{median:.0}") } else { format!("{median:.0}  (+{added:.0})") };
    svg.text(LABELS + high * scale + 8.0, top + 10.5, QUIET, 12.0, &value.replace("+-", "−"));
}
