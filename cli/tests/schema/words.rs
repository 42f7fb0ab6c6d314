//! The words of the bootstraps in `envoy/`, filled in with what `envoy/words.yaml` says.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use crate::page::root;

/// What stands for a word.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Number(u16),
    Text(String),
    /// The lines of this file, from `envoy/`.
    File {
        file: String,
    },
}

/// `text` with every word filled in. Comments may have any words.
pub(crate) fn filled(text: &str) -> String {
    let words = fs::read_to_string(root().join("envoy/words.yaml")).unwrap();
    let words: BTreeMap<String, Word> = serde_norway::from_str(&words).unwrap();
    text.lines()
        .map(|line| if is_comment(line) { "\n".into() } else { fill(line, &words) + "\n" })
        .collect()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// A file keeps the column of its word.
fn fill(line: &str, words: &BTreeMap<String, Word>) -> String {
    let Some((before, rest)) = line.split_once("${") else { return line.to_owned() };
    let (word, after) = rest.split_once('}').unwrap();
    let value = match words.get(word).unwrap_or_else(|| panic!("envoy/words.yaml has no {word}")) {
        Word::Number(number) => number.to_string(),
        Word::Text(text) => text.clone(),
        Word::File { file } => {
            let text = fs::read_to_string(root().join("envoy").join(file)).unwrap();
            text.trim_end().replace('\n', &format!("\n{before}"))
        }
    };
    format!("{before}{value}{}", fill(after, words))
}
