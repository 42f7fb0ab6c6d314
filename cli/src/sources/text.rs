//! A text that was put together from files, and where each character of it comes from.

use std::rc::Rc;

use super::file::{File, Place, Stretch};
use super::node::{Mark, Span};

/// A text and its origins.
#[derive(Debug)]
pub(crate) struct Text {
    /// The file that it was made from.
    pub(crate) file: Rc<File>,
    content: String,
    lines: Vec<Vec<Piece>>,
}

/// Part of a line that comes from one place.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// The first column of this piece in the text, from 1.
    pub(super) column: usize,
    /// Where that comes from.
    pub(super) place: Place,
    /// How many characters there stand for all of this piece; nothing where each stands for itself.
    pub(super) stands_for_all: Option<usize>,
}

impl Text {
    /// A text whose lines come from where `lines` says.
    pub(super) const fn new(file: Rc<File>, content: String, lines: Vec<Vec<Piece>>) -> Self {
        Self { file, content, lines }
    }

    /// What it says.
    pub(crate) fn content(&self) -> &str {
        &self.content
    }

    /// A line of it, counted from 1.
    pub(crate) fn line(&self, number: usize) -> &str {
        self.content.lines().nth(number.saturating_sub(1)).unwrap_or_default()
    }

    /// Where the pieces of a line come from.
    pub(crate) fn origins(&self, number: usize) -> Vec<Place> {
        let pieces = self.lines.get(number.saturating_sub(1)).into_iter().flatten();
        pieces.map(|piece| piece.place.clone()).collect()
    }

    /// Where the character at `mark` comes from.
    pub(crate) fn place(&self, mark: Mark) -> Place {
        self.stretch(Span { start: mark, end: mark }).place
    }

    /// Where what `span` covers of its first line comes from.
    pub(crate) fn stretch(&self, span: Span) -> Stretch {
        let Mark { line, column } = span.start;
        let pieces = self.lines.get(line.saturating_sub(1)).map(Vec::as_slice).unwrap_or_default();
        let Some(piece) = pieces.iter().rfind(|piece| piece.column <= column) else {
            return Stretch::at(self.last_place());
        };
        if let Some(length) = piece.stands_for_all {
            return Stretch { place: piece.place.clone(), length };
        }
        let into = column.saturating_sub(piece.column);
        let column = piece.place.column.saturating_add(into);
        let place = Place { column, ..piece.place.clone() };
        let rest = place.file.line(place.line).chars().count().saturating_sub(column.saturating_sub(1));
        Stretch { place, length: self.length(span).min(rest).max(1) }
    }

    /// Keep what `span` covers out of everything that is shown.
    pub(crate) fn hide(&self, span: Span) {
        for line in span.start.line..=span.end.line {
            let start = if line == span.start.line { span.start.column } else { 1 };
            let behind = self.line(line).chars().count().saturating_add(1);
            let behind = if line == span.end.line { span.end.column.min(behind) } else { behind };
            if start < behind {
                let (start, end) = (Mark { line, column: start }, Mark { line, column: behind });
                self.stretch(Span { start, end }).hide();
            }
        }
    }

    /// The characters of `span` in its first line.
    fn length(&self, span: Span) -> usize {
        let end = match span.start.line == span.end.line {
            true => span.end.column,
            false => self.line(span.start.line).trim_end().chars().count().saturating_add(1),
        };
        end.saturating_sub(span.start.column)
    }

    fn last_place(&self) -> Place {
        let line = self.file.text.lines().count().max(1);
        let column = self.file.line(line).chars().count().max(1);
        Place { file: Rc::clone(&self.file), line, column }
    }

    /// The text that `content` is, of which line N, from 1, begins at `starts[N - 1]` of this one.
    pub(super) fn within(&self, content: String, starts: &[Mark]) -> Self {
        let piece = |mark: &Mark| {
            let found = self.stretch(Span { start: *mark, end: *mark });
            vec![Piece { column: 1, place: found.place, stands_for_all: None }]
        };
        Self { file: Rc::clone(&self.file), content, lines: starts.iter().map(piece).collect() }
    }
}
