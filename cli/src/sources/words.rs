//! Words and what stands for them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Args;
use serde_json::Value;

use super::file::File;
use super::fill::is_word;
use super::{Source, reader};
use crate::failure::Failure;

/// How words are defined on a command line.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct WordArguments {
    /// What stands for `${NAME}` in the files: a text, or the text of a file, indented like its word.
    #[arg(long = "define", value_name = "NAME=VALUE|NAME=@FILE")]
    define: Vec<String>,
    /// A file that defines words: `NAME: value` or `NAME: { file: PATH }`, the path from that file on. What
    /// --define says goes before.
    #[arg(long = "words", value_name = "FILE")]
    words: Vec<PathBuf>,
}

/// What stands for a word.
#[derive(Debug, Clone)]
pub(super) enum Word {
    /// This text.
    Text(String),
    /// What this file says.
    File(Rc<File>),
}

/// What stands for each word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(BTreeMap<String, Word>);

impl WordArguments {
    /// All of them, read.
    ///
    /// # Errors
    /// When a definition is malformed, or names a file that cannot be read.
    pub(crate) fn read(&self) -> Result<Words, Failure> {
        let mut words = Words::default();
        for path in &self.words {
            words.0.extend(file(path)?);
        }
        for definition in &self.define {
            let (name, word) = parse(definition)?;
            words.0.insert(name, word);
        }
        Ok(words)
    }
}

impl Words {
    pub(super) fn get(&self, name: &str) -> Option<&Word> {
        self.0.get(name)
    }

    /// With `text` for the word `name`.
    #[cfg(test)]
    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.to_owned(), Word::Text(text.to_owned()));
        self
    }

    /// With the text of `file` for the word `name`.
    #[cfg(test)]
    pub(crate) fn with_file(mut self, name: &str, file: Rc<File>) -> Self {
        self.0.insert(name.to_owned(), Word::File(file));
        self
    }
}

fn parse(definition: &str) -> Result<(String, Word), Failure> {
    let malformed = || {
        let message = format!("--define {definition}: write NAME=VALUE or NAME=@FILE, NAME in capitals");
        Failure::Usage(message)
    };
    let (name, value) = definition.split_once('=').ok_or_else(malformed)?;
    let word = match value.strip_prefix('@') {
        Some(path) => Word::File(File::read(Path::new(path))?),
        None => Word::Text(value.to_owned()),
    };
    if is_word(name) { Ok((name.to_owned(), word)) } else { Err(malformed()) }
}

fn file(path: &Path) -> Result<Vec<(String, Word)>, Failure> {
    let source = Source::read(path, &Words::default())?;
    if let Some(fault) = source.faults.first() {
        return Err(Failure::Usage(reader::Fault::to_string(fault)));
    }
    let entries = source.documents.iter().flat_map(|document| document.entries());
    let read = entries.map(|entry| {
        let malformed = || {
            let place = source.text.place(entry.key.span.start);
            Failure::Usage(format!(
                "{place}: write NAME: value or NAME: {{ file: PATH }}, NAME in capitals"
            ))
        };
        let name = entry.name();
        let word = match entry.value.member("file").and_then(|node| node.text()) {
            Some(named) => Word::File(File::read(&path.with_file_name("").join(named))?),
            None => Word::Text(text(&entry.value.json()).ok_or_else(malformed)?),
        };
        if is_word(name) { Ok((name.to_owned(), word)) } else { Err(malformed()) }
    });
    read.collect()
}

/// A scalar as it is written.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        // Flow style is JSON, too: a list or an object stands for itself.
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
        Value::Null => None,
    }
}
