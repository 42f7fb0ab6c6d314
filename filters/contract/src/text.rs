//! JSON for logs.

use serde::Serialize;

/// `value` as one line of ASCII: every other character is a `\u` escape, so that no terminal, log
/// collector or line-based tool sees anything but the JSON that was meant.
pub fn ascii_json(value: &impl Serialize) -> String {
    // Only a map with keys that are no text cannot be written, and an empty line says that nothing was.
    let text = serde_json::to_string(value).unwrap_or_default();
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if (' '..='~').contains(&character) {
            line.push(character);
        } else {
            push_escape(&mut line, character);
        }
    }
    line
}

/// Append `text` as a JSON string of ASCII: every other character is an escape, as in [`ascii_json`].
pub fn push_json_text(line: &mut String, text: &str) {
    line.push('"');
    match text.bytes().all(is_plain) {
        true => line.push_str(text),
        false => text.chars().for_each(|character| push_character(line, character)),
    }
    line.push('"');
}

fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

fn push_character(line: &mut String, character: char) {
    match character {
        '"' => line.push_str("\\\""),
        '\\' => line.push_str("\\\\"),
        ' '..='~' => line.push(character),
        _ => push_escape(line, character),
    }
}

fn push_escape(line: &mut String, character: char) {
    let mut units = [0_u16; 2];
    for unit in character.encode_utf16(&mut units) {
        line.push_str(&format!("\\u{unit:04x}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn is_one_ascii_line_that_reads_back() {
        let value = json!({"a": "zoë\u{2028}\u{1f512}\n\u{7f}"});
        let line = ascii_json(&value);
        assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
    }

    #[test]
    fn a_text_reads_back_whatever_is_in_it() {
        for text in [
            "",
            "plain text",
            "\"",
            "\\",
            "a\\\"b",
            "zoë\u{2028}\u{1f512}",
            "\n\r\t\u{8}\u{c}\0\u{1b}\u{7f}",
        ] {
            let mut line = String::from("[");
            push_json_text(&mut line, text);
            line.push(']');
            assert!(line.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{line}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&line).unwrap(), [text]);
        }
    }
}
