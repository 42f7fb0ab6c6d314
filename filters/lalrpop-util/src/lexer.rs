//! The lexer, under the names that generated parsers use.

use std::fmt;
use std::marker::PhantomData;

use crate::ParseError;
use crate::automaton::{Automaton, Walk};
pub use crate::pattern::PatternError;

/// The number of a pattern, and the text that it matched.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token<'input>(pub usize, pub &'input str);

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(f)
    }
}

/// A token between the offsets of its first byte and of the one behind it, or where there is none.
type Step<'input, E> = Result<(usize, Token<'input>, usize), ParseError<usize, Token<'input>, E>>;

/// A lexer without a text.
#[derive(Debug)]
pub struct MatcherBuilder {
    automaton: Automaton,
    /// By pattern: whether what it matches is passed over.
    skipped: Vec<bool>,
}

impl MatcherBuilder {
    /// Read the patterns, each with whether its matches are passed over. Where two match the same text, the later
    /// pattern is meant.
    ///
    /// # Errors
    /// With a pattern whose syntax is unknown.
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = (S, bool)>) -> Result<Self, PatternError> {
        let (mut automaton, mut skipped) = (Automaton::default(), Vec::new());
        for (pattern, skip) in patterns {
            automaton.add(skipped.len(), pattern.as_ref())?;
            skipped.push(skip);
        }
        Ok(Self { automaton, skipped })
    }

    /// The tokens of `text`.
    pub fn matcher<'input, 'builder, E>(&'builder self, text: &'input str) -> Matcher<'input, 'builder, E> {
        let Self { automaton, skipped } = self;
        Matcher { walk: automaton.walk(), skipped, rest: text, offset: 0, error: PhantomData }
    }
}

/// The tokens of a text.
#[derive(Debug)]
pub struct Matcher<'input, 'builder, E> {
    walk: Walk<'builder>,
    skipped: &'builder [bool],
    rest: &'input str,
    /// Of `rest` in the text.
    offset: usize,
    error: PhantomData<fn() -> E>,
}

impl<'input, E> Iterator for Matcher<'input, '_, E> {
    type Item = Step<'input, E>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let location = self.offset;
            let found = self.walk.longest(self.rest);
            let found =
                found.and_then(|(length, pattern)| Some((self.rest.split_at_checked(length)?, pattern)));
            let Some(((text, rest), pattern)) = found else {
                return Some(Err(ParseError::InvalidToken { location }));
            };
            self.rest = rest;
            self.offset = location.saturating_add(text.len());
            if self.skipped.get(pattern) == Some(&false) {
                return Some(Ok((location, Token(pattern, text), self.offset)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<(usize, usize, usize), usize>> {
        let patterns =
            [("[a-z]+", false), ("[ ]*", true), ("(?:in)", false), ("=", false), ("(?:==)", false)];
        let lexer = MatcherBuilder::new(patterns).unwrap();
        let steps = lexer.matcher::<()>(text).take(9).map(|step| match step {
            Ok((start, Token(pattern, _), end)) => Ok((start, pattern, end)),
            Err(ParseError::InvalidToken { location }) => Err(location),
            Err(other) => panic!("{other:?}"),
        });
        steps.collect()
    }

    #[test]
    fn takes_the_longest_match_and_of_equal_ones_the_later_pattern() {
        assert_eq!(
            read("in int ===in"),
            [Ok((0, 2, 2)), Ok((3, 0, 6)), Ok((7, 4, 9)), Ok((9, 3, 10)), Ok((10, 2, 12))]
        );
        assert_eq!(read("  "), []);
    }

    #[test]
    fn stays_where_nothing_matches() {
        assert_eq!(
            read("a é"),
            [Ok((0, 0, 1)), Err(2), Err(2), Err(2), Err(2), Err(2), Err(2), Err(2), Err(2)]
        );
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        let error = MatcherBuilder::new([("a", false), ("a.", false)]).unwrap_err();
        assert_eq!(error.to_string(), "cannot read the pattern `a.`");
    }
}
