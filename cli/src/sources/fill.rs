//! Words filled in.
//!
//! `${WORD}` stands for what was defined for it; a text of several lines is indented like the line in which its word
//! stands. Comments may speak of words. This is how the harness fills in the shipped bootstraps.

use std::rc::Rc;

use super::file::{File, Place, Stretch};
use super::reader::Fault;
use super::text::{Piece, Text};
use super::words::{Word, Words};

/// `file` with each word filled in, and the words that stand for nothing.
pub(super) fn fill(file: &Rc<File>, words: &Words) -> (Text, Vec<Fault>) {
    let mut filling = Filling::new(words);
    for (number, line) in (1..).zip(file.text.lines()) {
        filling.line(file, number, line);
    }
    let Filling { content, lines, faults, .. } = filling;
    (Text::new(Rc::clone(file), content, lines), faults)
}

struct Filling<'a> {
    words: &'a Words,
    content: String,
    lines: Vec<Vec<Piece>>,
    faults: Vec<Fault>,
}

impl<'a> Filling<'a> {
    const fn new(words: &'a Words) -> Self {
        Self { words, content: String::new(), lines: Vec::new(), faults: Vec::new() }
    }

    fn line(&mut self, file: &Rc<File>, number: usize, line: &str) {
        self.lines.push(Vec::new());
        let indentation: String = line.chars().take_while(|character| *character == ' ').collect();
        let is_comment = line.trim_start().starts_with('#');
        let (mut rest, mut column) = (line, 1_usize);
        while let Some((before, word, after)) = next_word(rest).filter(|_| !is_comment) {
            let place = |column| Place { file: Rc::clone(file), line: number, column };
            self.take(before, place(column), None);
            column = column.saturating_add(before.chars().count());
            let length = word.chars().count().saturating_add("${}".len());
            self.word(word, &indentation, Stretch { place: place(column), length });
            column = column.saturating_add(length);
            rest = after;
        }
        self.take(rest, Place { file: Rc::clone(file), line: number, column }, None);
        self.content.push('\n');
    }

    fn word(&mut self, word: &str, indentation: &str, at: Stretch) {
        match self.words.get(word) {
            Some(Word::Text(text)) => {
                self.lines_of(text, indentation, |_| (at.place.clone(), Some(at.length)))
            }
            Some(Word::File(file)) => self.lines_of(&file.text, indentation, |line| {
                (Place { file: Rc::clone(file), line, column: 1 }, None)
            }),
            None => {
                // A stand-in, so that the rest of the file can be read.
                self.take(word, at.place.clone(), Some(at.length));
                self.faults.push(Fault::undefined(word, at));
            }
        }
    }

    fn lines_of(
        &mut self,
        text: &str,
        indentation: &str,
        origin: impl Fn(usize) -> (Place, Option<usize>),
    ) {
        for (number, line) in (1..).zip(text.trim_end().lines()) {
            let (place, stands_for_all) = origin(number);
            if number > 1 {
                self.content.push('\n');
                self.lines.push(Vec::new());
                self.take(indentation, place.clone(), Some(1));
            }
            self.take(line, place, stands_for_all);
        }
    }

    fn take(&mut self, text: &str, place: Place, stands_for_all: Option<usize>) {
        let column = self.content.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
        self.content.push_str(text);
        if let Some(line) = self.lines.last_mut() {
            line.push(Piece { column, place, stands_for_all });
        }
    }
}

/// The first word of a line, with what stands before and after it. Words are in capitals: what else stands in
/// `${…}` is somebody else's.
fn next_word(line: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0_usize;
    while let Some(found) = line.get(from..)?.find("${") {
        let start = from.saturating_add(found);
        let rest = line.get(start.saturating_add(2)..)?;
        let (word, after) = rest.split_once('}')?;
        if is_word(word) {
            return Some((line.get(..start)?, word, after));
        }
        from = start.saturating_add(2);
    }
    None
}

/// Whether something is called as words are.
pub(super) fn is_word(text: &str) -> bool {
    let rest = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.chars().all(rest)
}
