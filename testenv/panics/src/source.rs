//! What our own sources say at a place.

use std::fs;
use std::path::Path;

use crate::place::Place;

/// The method, the macro or the value that stands at a place of ours, so that the list says what may panic in a file and
/// not only how often; `?` where the source has no word there.
pub(crate) fn word(sources: &Path, place: &Place) -> String {
    let text = fs::read_to_string(sources.join(&place.source)).unwrap_or_default();
    let line = index(place.line).and_then(|index| text.lines().nth(index));
    let letters = line.into_iter().flat_map(str::chars).skip(index(place.column).unwrap_or(usize::MAX));
    let word: String = letters.take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    if word.is_empty() { "?".to_owned() } else { word }
}

/// Lines and columns are counted from one.
fn index(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_what_stands_there() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let at = |line, column| word(root, &Place::at("src/source.rs", line, column));
        assert_eq!(at(3, 5), "std");
        assert_eq!(at(3, 1), "use");
        assert_eq!(at(3, 8), "?");
        assert_eq!(at(9999, 1), "?");
    }
}
