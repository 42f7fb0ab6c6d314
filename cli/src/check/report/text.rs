//! Findings for people.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::check::finding::Finding;
use crate::check::rule::Severity;
use crate::sources::Stretch;

/// The columns that messages are wrapped at, as few terminals are narrower.
const WIDTH: usize = 140;

/// The most characters of a line that are shown: more is a file on one line, of which nobody sees anything.
const MAX_SHOWN: usize = 400;

/// A finding with its line. Colours only where `colours` says.
pub(crate) fn show(finding: &Finding, colours: bool) -> String {
    let level = match finding.rule.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let Stretch { place, .. } = &finding.at;
    let (shown, start, end) = excerpt(&finding.at);
    let annotation = AnnotationKind::Primary.span(start..end);
    let path = format!("{}:{}:{}", place.file.path.display(), place.line, place.column);
    let snippet = Snippet::source(shown).line_start(place.line).annotation(annotation);
    let title = level.primary_title(finding.title()).id(finding.rule.id());
    let group = title.element(snippet).element(Level::HELP.message(finding.rule.help()));
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH);
    format!("{path}\n{}\n", renderer.render(&[group]))
}

/// The line, or the part of it around the stretch, and which bytes of that are meant. Tabs and control characters
/// are shown as blanks, so that columns are what they seem.
fn excerpt(stretch: &Stretch) -> (String, usize, usize) {
    let Stretch { place, length } = stretch;
    let column = place.column.saturating_sub(1);
    let first = if column >= MAX_SHOWN { column.saturating_sub(MAX_SHOWN / 4) } else { 0 };
    let line = place.file.shown_line(place.line);
    let line = line.chars().skip(first).take(MAX_SHOWN);
    let visible: Vec<char> = line.map(|c| if c.is_control() { ' ' } else { c }).collect();
    let at = column.saturating_sub(first).min(visible.len());
    let behind = at.saturating_add(*length).min(visible.len());
    let bytes = |count: usize| visible.iter().take(count).map(|c| c.len_utf8()).sum::<usize>();
    let (start, end) = (bytes(at), bytes(behind));
    (visible.iter().collect(), start, end.max(start))
}
