//! A text of policies, cut between statements: a worker that takes in thousands of them must serve requests
//! in between.

use super::lexer::{Token, tokens};

/// Some statements of a text, from the start of one to the end of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) text: &'a str,
    /// Where it starts: in bytes, and in statements.
    pub(super) start: Place,
}

/// How far into a text one has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(super) bytes: usize,
    pub(super) statements: usize,
}

/// The next `most` statements of `text` from `start`, and where they end; nothing at the end of the text. What
/// follows the last statement comes with it, so that a text which does not end in a statement is found out.
pub(super) fn part(text: &str, start: Place, most: usize) -> Option<(Part<'_>, Place)> {
    let rest = text.get(start.bytes..).filter(|rest| !rest.is_empty())?;
    let ends = tokens(rest).filter(|(_, token)| *token == Token::Symbol(';'));
    let ends: Vec<usize> = ends.map(|(at, _)| at.saturating_add(1)).take(most).collect();
    let more =
        ends.last().copied().filter(|end| tokens(rest.get(*end..).unwrap_or_default()).next().is_some());
    let end = if ends.len() < most { rest.len() } else { more.unwrap_or(rest.len()) };
    let part = Part { text: rest.get(..end)?, start };
    let end = Place {
        bytes: start.bytes.saturating_add(end),
        statements: start.statements.saturating_add(ends.len()),
    };
    Some((part, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, most: usize) -> Vec<(&str, usize)> {
        let mut at = Place::default();
        let mut found = Vec::new();
        while let Some((part, end)) = part(text, at, most) {
            found.push((part.text, part.start.statements));
            at = end;
        }
        found
    }

    #[test]
    fn cuts_behind_statements_and_loses_nothing() {
        let text = "a(\";\"); // ;\n b; c;\n// d\n";
        assert_eq!(parts(text, 1), [("a(\";\");", 0), (" // ;\n b;", 1), (" c;\n// d\n", 2)]);
        assert_eq!(parts(text, 2), [("a(\";\"); // ;\n b;", 0), (" c;\n// d\n", 2)]);
        assert_eq!(parts(text, 3), [(text, 0)]);
        assert_eq!(parts("a; b", 1), [("a;", 0), (" b", 1)]);
        assert_eq!((parts("", 1), parts(" ", 1)), (vec![], vec![(" ", 0)]));
    }
}
