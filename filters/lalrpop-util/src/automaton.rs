//! All patterns as one automaton: its places are the characters of the patterns, so that no place is passed without
//! taking a character, and there are no states to be made of them (Glushkov's construction).

use crate::pattern::{PatternError, Piece, Reader};

/// The places of all patterns.
#[derive(Debug, Default)]
pub(crate) struct Automaton {
    places: Vec<Place>,
    /// Where a text may begin.
    first: Vec<usize>,
}

/// A character of a pattern.
#[derive(Debug)]
pub(crate) struct Place {
    /// The characters that fit, from and to.
    pub(crate) class: Vec<(char, char)>,
    /// Where the next character may be.
    pub(crate) next: Vec<usize>,
    /// The pattern that is complete here.
    pub(crate) completes: Option<usize>,
}

impl Automaton {
    /// Add a pattern under its number.
    pub(crate) fn add(&mut self, number: usize, pattern: &str) -> Result<(), PatternError> {
        let Piece { first, last, .. } = Reader::new(pattern, &mut self.places).read()?;
        self.first.extend(first);
        for at in last {
            if let Some(place) = self.places.get_mut(at) {
                place.completes = Some(number);
            }
        }
        Ok(())
    }

    /// Prepare to walk along texts.
    pub(crate) const fn walk(&self) -> Walk<'_> {
        Walk { automaton: self, here: Vec::new(), reached: Vec::new() }
    }

    fn place(&self, at: usize) -> Option<&Place> {
        self.places.get(at)
    }
}

impl Place {
    fn fits(&self, character: char) -> bool {
        self.class.iter().any(|(from, to)| (*from..=*to).contains(&character))
    }
}

/// Walks along texts, and keeps its memory between them.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    automaton: &'a Automaton,
    /// The places that the last character may be at.
    here: Vec<usize>,
    /// The same for the one before, while they are worked out.
    reached: Vec<usize>,
}

impl Walk<'_> {
    /// The length in bytes of the longest match at the start of `text`, and the last pattern that matches so much. A
    /// match of nothing is none.
    pub(crate) fn longest(&mut self, text: &str) -> Option<(usize, usize)> {
        let mut found = None;
        for (at, character) in text.char_indices() {
            self.step(at == 0, character);
            if self.here.is_empty() {
                break;
            }
            let completed = self.here.iter().filter_map(|at| self.automaton.place(*at)?.completes).max();
            let end = at.saturating_add(character.len_utf8());
            found = completed.map(|pattern| (end, pattern)).or(found);
        }
        found
    }

    /// From here to wherever `character` leads.
    fn step(&mut self, begins: bool, character: char) {
        std::mem::swap(&mut self.here, &mut self.reached);
        self.here.clear();
        let Self { automaton, here, reached } = self;
        if begins {
            automaton.first.iter().for_each(|at| enter(automaton, *at, character, here));
        } else {
            let places = reached.iter().filter_map(|at| automaton.place(*at));
            places.flat_map(|place| &place.next).for_each(|at| enter(automaton, *at, character, here));
        }
    }
}

/// Go to the place `at`, if the character fits and nobody is there yet.
fn enter(automaton: &Automaton, at: usize, character: char, here: &mut Vec<usize>) {
    if automaton.place(at).is_some_and(|place| place.fits(character)) && !here.contains(&at) {
        here.push(at);
    }
}
