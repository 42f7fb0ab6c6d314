//! What is wrong with a text in JSON, and where.

use std::fmt;

/// A place in a text: line and column, both counted from 1, the column in bytes. It is the last byte that was
/// read, so what is wrong may begin right behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The byte in the line.
    pub column: usize,
}

/// What is wrong with a text that should have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What.
    pub message: String,
}

impl Place {
    /// serde_json counts the bytes that it has read of a line, of which there may be none yet.
    pub(crate) fn of(error: &serde_json::Error) -> Self {
        Self { line: error.line(), column: error.column().max(1) }
    }

    /// The same place in a text that has `before` in front of it.
    pub(crate) fn behind(self, before: &[u8]) -> Self {
        let Self { line, column } = self;
        let lines = before.iter().filter(|byte| **byte == b'\n').count();
        let in_last_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        let moved = if line <= 1 { in_last_line } else { 0 };
        Self { line: line.saturating_add(lines), column: column.saturating_add(moved) }
    }
}

impl Fault {
    /// What serde_json has found.
    pub fn of(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map(|(message, _)| message.to_owned());
        Self { place: Place::of(error), message: message.unwrap_or(text) }
    }

    /// The same in a text that has `before` in front of it.
    pub(crate) fn behind(self, before: &[u8]) -> Self {
        let Self { place, message } = self;
        Self { place: place.behind(before), message }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_with_what_stands_in_front() {
        let (first, third) = (Place { line: 1, column: 5 }, Place { line: 3, column: 5 });
        for (before, moved) in [
            ("", [first, third]),
            ("ab", [Place { line: 1, column: 7 }, third]),
            ("a\nbcd", [Place { line: 2, column: 8 }, Place { line: 4, column: 5 }]),
            ("a\n\n", [Place { line: 3, column: 5 }, Place { line: 5, column: 5 }]),
        ] {
            assert_eq!([first, third].map(|place| place.behind(before.as_bytes())), moved, "{before:?}");
        }
    }

    #[test]
    fn says_where_first() {
        for (text, said) in [
            (
                "[1,\n 2,\n \"a at line b\"]",
                "line 3, column 14: invalid type: string \"a at line b\", expected u8",
            ),
            ("", "line 1, column 1: EOF while parsing a value"),
        ] {
            let error = serde_json::from_str::<Vec<u8>>(text).unwrap_err();
            assert_eq!(Fault::of(&error).to_string(), said);
        }
    }
}
