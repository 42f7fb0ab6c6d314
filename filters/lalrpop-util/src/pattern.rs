//! The patterns as the generator writes them: literals, classes with all their ranges, groups, `|`, `*`, `+` and `?`.

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

use crate::automaton::Place;

/// A pattern in a syntax that the generator did not write when this was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError(String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read the pattern `{}`", self.0)
    }
}

impl std::error::Error for PatternError {}

/// A part of a pattern, by its places.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// Whether nothing at all matches it.
    pub(crate) optional: bool,
    pub(crate) first: Vec<usize>,
    pub(crate) last: Vec<usize>,
}

/// Reads a pattern into places.
pub(crate) struct Reader<'a> {
    pattern: &'a str,
    rest: Peekable<Chars<'a>>,
    places: &'a mut Vec<Place>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(pattern: &'a str, places: &'a mut Vec<Place>) -> Self {
        Self { pattern, rest: pattern.chars().peekable(), places }
    }

    /// All of the pattern.
    pub(crate) fn read(mut self) -> Result<Piece, PatternError> {
        let piece = self.alternatives().filter(|_| self.rest.peek().is_none());
        piece.ok_or_else(|| PatternError(self.pattern.to_owned()))
    }

    fn alternatives(&mut self) -> Option<Piece> {
        let mut either = self.sequence()?;
        while self.takes('|') {
            let Piece { optional, first, last } = self.sequence()?;
            either.optional |= optional;
            either.first.extend(first);
            either.last.extend(last);
        }
        Some(either)
    }

    fn sequence(&mut self) -> Option<Piece> {
        let mut whole = Piece { optional: true, ..Piece::default() };
        while self.rest.peek().is_some_and(|next| !matches!(next, '|' | ')')) {
            let part = self.repeated()?;
            whole = self.join(whole, part);
        }
        Some(whole)
    }

    fn repeated(&mut self) -> Option<Piece> {
        let mut piece = self.single()?;
        let sign = self.rest.next_if(|next| matches!(next, '*' | '+' | '?'));
        piece.optional |= matches!(sign, Some('*' | '?'));
        if matches!(sign, Some('*' | '+')) {
            self.lead(&piece.last, &piece.first);
        }
        Some(piece)
    }

    fn single(&mut self) -> Option<Piece> {
        match self.rest.next()? {
            '(' => self.group(),
            '[' => {
                let class = self.class()?;
                Some(self.place(class))
            }
            first => {
                let character = self.character(first)?;
                Some(self.place(vec![(character, character)]))
            }
        }
    }

    /// Up to the bracket that closes it. A group without `?:` captures, which nobody asks a lexer for.
    fn group(&mut self) -> Option<Piece> {
        if self.takes('?') && !self.takes(':') {
            return None;
        }
        let piece = self.alternatives()?;
        self.takes(')').then_some(piece)
    }

    fn class(&mut self) -> Option<Vec<(char, char)>> {
        let mut ranges = Vec::new();
        while !self.takes(']') {
            let first = self.rest.next()?;
            let from = self.character(first)?;
            let to = if self.takes('-') {
                let first = self.rest.next()?;
                self.character(first)?
            } else {
                from
            };
            ranges.push((from, to));
        }
        (!ranges.is_empty()).then_some(ranges)
    }

    /// A character that stands for itself. `\d` and the like, which do not, are none.
    fn character(&mut self, first: char) -> Option<char> {
        match first {
            '\\' => self.rest.next().filter(|escaped| !escaped.is_alphanumeric()),
            '.' | '^' | '$' | '*' | '+' | '?' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '-' | '&'
            | '~' | '#' => None,
            plain => Some(plain),
        }
    }

    fn place(&mut self, class: Vec<(char, char)>) -> Piece {
        let at = self.places.len();
        self.places.push(Place { class, next: Vec::new(), completes: None });
        Piece { optional: false, first: vec![at], last: vec![at] }
    }

    fn join(&mut self, one: Piece, other: Piece) -> Piece {
        self.lead(&one.last, &other.first);
        let (mut first, mut last) = (one.first, other.last);
        if one.optional {
            first.extend(other.first);
        }
        if other.optional {
            last.extend(one.last);
        }
        Piece { optional: one.optional && other.optional, first, last }
    }

    fn lead(&mut self, from: &[usize], to: &[usize]) {
        for at in from {
            if let Some(place) = self.places.get_mut(*at) {
                place.next.extend(to);
            }
        }
    }

    fn takes(&mut self, wanted: char) -> bool {
        self.rest.next_if_eq(&wanted).is_some()
    }
}
