//! What strangers write, made fit to be shown.

/// `text` with everything escaped, as programs escape it, by which a terminal is told what to do or that turns the
/// order of what is read: a path or a header is the client's, a tag or a note whoever's may push.
pub(crate) fn plain(text: &str) -> String {
    text.chars().fold(String::new(), |mut plain, character| {
        match character.is_control() || turns(character) {
            true => plain.extend(character.escape_default()),
            false => plain.push(character),
        }
        plain
    })
}

/// Marks of direction (Unicode, annex 9), and the separators of lines and paragraphs.
fn turns(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_shown_and_not_done() {
        assert_eq!(plain("a\u{1b}[2J\r\n\u{9b}\u{202e}ü`"), r"a\u{1b}[2J\r\n\u{9b}\u{202e}ü`");
    }
}
