//! The small lexer reads every text as the original does, with the patterns that Cedar's parsers have.

#![cfg(not(target_family = "wasm"))]

use lalrpop_util::ParseError;
use lalrpop_util::lexer::{MatcherBuilder, Token};
use proptest::prelude::*;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::{Anchored, Input, MatchKind};

/// Those of Cedar's two grammars that are more than a word, as the generator writes them; and some words, which
/// compete with names and with one another.
const PATTERNS: [(&str, bool); 22] = [
    ("(?:\"((?:(?:\\\\[\0-\t\u{b}-\u{10ffff}])|[\0-!\\#-\\[\\]-\u{10ffff}]))*\")", false),
    ("(?:(?://)[\0-\t\u{b}\u{c}\u{e}-\u{10ffff}]*[\n\r]*)", true),
    ("[0-9]+", false),
    ("(?:[A-Z_a-z][0-9A-Z_a-z]*)", false),
    ("(?:\\?[A-Z_a-z][0-9A-Z_a-z]*)", false),
    ("[\t-\r \u{85}\u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}]*", true),
    ("!", false),
    ("(?:!=)", false),
    ("(?:\\&\\&)", false),
    ("\\(", false),
    ("\\+", false),
    ("\\-", false),
    ("/", false),
    (":", false),
    ("(?:::)", false),
    ("<", false),
    ("(?:<=)", false),
    ("(?:\\?principal)", false),
    ("\\[", false),
    ("(?:in)", false),
    ("(?:is)", false),
    ("(?:\\|\\|)", false),
];

/// Pieces of texts that the patterns tell apart, and such as no pattern takes.
const PIECES: [&str; 34] = [
    "\"",
    "\\",
    "\\\"",
    "/",
    "//",
    "\n",
    "\r",
    "\t",
    " ",
    "\u{85}",
    "\u{a0}",
    "\u{2003}",
    "\u{2028}",
    "\0",
    "0",
    "42",
    "a",
    "in",
    "is",
    "int",
    "_",
    "?",
    "?principal",
    "!",
    "=",
    "&",
    "&&",
    "(",
    "-",
    ":",
    "<",
    "|",
    "é",
    "🦀",
];

/// A number of a pattern with where it matched, or where none did. After that the original says the same for ever.
type Read = Vec<Result<(usize, usize, usize), usize>>;

fn ours(text: &str) -> Result<Read, String> {
    let lexer = MatcherBuilder::new(PATTERNS).map_err(|error| error.to_string())?;
    let mut read = Read::new();
    for step in lexer.matcher::<()>(text) {
        match step {
            Ok((start, Token(pattern, matched), end)) if text.get(start..end) == Some(matched) => {
                read.push(Ok((start, pattern, end)));
            }
            Err(ParseError::InvalidToken { location }) => {
                read.push(Err(location));
                break;
            }
            other => return Err(format!("{other:?}")),
        }
    }
    Ok(read)
}

/// By the engine of the original: of each pattern alone, its longest match; of those the longest, and of equal ones
/// the last.
struct Original(Vec<DFA>);

impl Original {
    fn new() -> Self {
        let longest = || DFA::config().match_kind(MatchKind::All);
        let dfa = |(pattern, _): &(&str, bool)| DFA::builder().configure(longest()).build(pattern);
        let all = PATTERNS.iter().map(dfa).collect::<Result<_, _>>();
        Self(all.unwrap_or_default())
    }

    fn longest(&self, caches: &mut [Cache], text: &str) -> Option<(usize, usize)> {
        let input = Input::new(text).anchored(Anchored::Yes);
        let each = self.0.iter().zip(caches).enumerate();
        let found = each.filter_map(|(pattern, (dfa, cache))| {
            let found = dfa.try_search_fwd(cache, &input).ok()??;
            Some((found.offset(), pattern))
        });
        found.max().filter(|(length, _)| *length > 0)
    }

    fn read(&self, text: &str) -> Read {
        let mut caches: Vec<Cache> = self.0.iter().map(DFA::create_cache).collect();
        let (mut read, mut rest) = (Read::new(), text);
        while !rest.is_empty() {
            let at = text.len().saturating_sub(rest.len());
            let found = self.longest(&mut caches, rest);
            let split = found.and_then(|(length, pattern)| Some((rest.split_at_checked(length)?, pattern)));
            let Some(((matched, left), pattern)) = split else {
                read.push(Err(at));
                break;
            };
            rest = left;
            if PATTERNS.get(pattern).is_some_and(|(_, skipped)| !skipped) {
                read.push(Ok((at, pattern, at.saturating_add(matched.len()))));
            }
        }
        read
    }
}

proptest! {
    #[test]
    fn reads_any_text_as_the_original_does(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24)) {
        thread_local!(static ORIGINAL: Original = Original::new());
        let text = pieces.concat();
        prop_assert_eq!(ours(&text), Ok(ORIGINAL.with(|original| original.read(&text))), "{:?}", text);
    }
}

#[test]
fn reads_characters_of_all_kinds_as_the_original_does() {
    let original = Original::new();
    let white = ['\u{1680}', '\u{202f}', '\u{205f}', '\u{3000}'];
    let spread = ('\0'..=char::MAX).step_by(4_093);
    for character in ('\0'..'\u{100}').chain('\u{1fff}'..'\u{202b}').chain(white).chain(spread) {
        for text in [format!("a{character}a"), format!("\"{character}\""), format!("// {character}\n1")] {
            assert_eq!(ours(&text), Ok(original.read(&text)), "{text:?}");
        }
    }
}
