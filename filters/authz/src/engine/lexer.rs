//! Just enough of Cedar's lexis to look at a text before its parser does.

use std::iter::Peekable;
use std::str::CharIndices;

/// What the text is made of, as far as anybody here asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `(`, `[` or `{`.
    Open,
    /// `)`, `]` or `}`.
    Close,
    /// A keyword or a name.
    Word(&'a str),
    /// A string literal without its quotes, escapes as they are written.
    Text(&'a str),
    /// A run of one other character, such as `&&`.
    Symbol(char),
}

/// The tokens of `text`, each with the offset of its first byte. Comments and white space are left out.
pub(super) fn tokens(text: &str) -> Tokens<'_> {
    Tokens { text, rest: text.char_indices().peekable() }
}

/// The iterator behind [`tokens`].
pub(super) struct Tokens<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (at, character) = self.rest.next()?;
            let token = match character {
                _ if character.is_whitespace() => continue,
                '/' if self.next_is('/') => {
                    self.skip_while(|character| !matches!(character, '\n' | '\r'));
                    continue;
                }
                '(' | '[' | '{' => Token::Open,
                ')' | ']' | '}' => Token::Close,
                '"' => self.literal(),
                _ if is_word(character) => {
                    self.skip_while(is_word);
                    Token::Word(self.text_from(at))
                }
                _ => {
                    self.skip_while(|next| next == character);
                    Token::Symbol(character)
                }
            };
            return Some((at, token));
        }
    }
}

impl<'a> Tokens<'a> {
    /// The rest of a string literal whose opening quote was just read.
    fn literal(&mut self) -> Token<'a> {
        let start = self.offset();
        loop {
            let end = self.offset();
            match self.rest.next() {
                None | Some((_, '"')) => return Token::Text(self.text.get(start..end).unwrap_or_default()),
                Some((_, '\\')) => drop(self.rest.next()),
                Some(_) => {}
            }
        }
    }

    fn next_is(&mut self, wanted: char) -> bool {
        self.rest.peek().is_some_and(|(_, character)| *character == wanted)
    }

    fn skip_while(&mut self, skip: impl Fn(char) -> bool) {
        while self.rest.next_if(|(_, character)| skip(*character)).is_some() {}
    }

    fn text_from(&mut self, start: usize) -> &'a str {
        let end = self.offset();
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where the next character starts.
    fn offset(&mut self) -> usize {
        self.rest.peek().map_or(self.text.len(), |(at, _)| *at)
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;
    use Token::{Close, Open, Symbol, Text, Word};

    #[test]
    fn tells_code_from_strings_and_comments() {
        let text = "@id(\"a \\\" ) //b\") // ( \"\nif x && y // (";
        let found: Vec<_> = tokens(text).map(|(_, token)| token).collect();
        let wanted = [
            Symbol('@'),
            Word("id"),
            Open,
            Text("a \\\" ) //b"),
            Close,
            Word("if"),
            Word("x"),
            Symbol('&'),
            Word("y"),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn ends_where_the_text_ends() {
        for (text, wanted) in
            [("\"é", Text("é")), ("\"a\\", Text("a\\")), ("é", Word("é")), ("/", Symbol('/'))]
        {
            assert_eq!(tokens(text).collect::<Vec<_>>(), [(0, wanted)], "{text}");
        }
    }
}
