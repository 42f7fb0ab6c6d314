//! Files with configurations of the filters in them, whatever they are written for: the filter itself, an Envoy
//! bootstrap, a resource of Istio or of Envoy Gateway, a folder of policies.
//!
//! Every node keeps where it stands, so that whatever is found can be shown there. Words (`${PORT}`) are filled in
//! before a file is read; places lead back to the file that a text came from.

mod embedded;
mod file;
mod fill;
mod kind;
mod locate;
mod node;
mod plugin;
mod policy_folder;
mod reader;
mod scalar;
mod text;
mod walk;
mod words;

use std::path::Path;
use std::rc::Rc;

use crate::failure::Failure;

pub(crate) use embedded::{Embedded, Written, inner_mark};
pub(crate) use file::{File, Place, Stretch};
pub(crate) use kind::Kind;
pub(crate) use locate::{Spot, locate};
pub(crate) use node::{Entry, Mark, Node, Span};
pub(crate) use plugin::{Plugin, Role, plugins_of};
pub(crate) use policy_folder::PolicyFolder;
pub(crate) use reader::Fault;
pub(crate) use text::Text;
pub(crate) use walk::{Found, below};
pub(crate) use words::{WordArguments, Words};

/// A file, read.
#[derive(Debug)]
pub(crate) struct Source {
    /// The text with its words filled in.
    pub(crate) text: Rc<Text>,
    /// Its documents, as far as it could be read.
    pub(crate) documents: Vec<Rc<Node>>,
    /// What is wrong with it as YAML, and words that stand for nothing.
    pub(crate) faults: Vec<Fault>,
}

impl Source {
    /// Read the file at `path`.
    ///
    /// # Errors
    /// When there is no such file, or it is too large or no text.
    pub(crate) fn read(path: &Path, words: &Words) -> Result<Self, Failure> {
        Ok(Self::of(&File::read(path)?, words))
    }

    /// What stands in `file`.
    pub(crate) fn of(file: &Rc<File>, words: &Words) -> Self {
        let (text, mut faults) = fill::fill(file, words);
        let text = Rc::new(text);
        let read = reader::read(&text);
        faults.extend(read.faults);
        let documents = read.documents.iter().flat_map(listed).collect();
        Self { text, documents, faults }
    }
}

/// The resources that a document is: of a list, as `kubectl get` prints them, each of its items.
fn listed(document: &Rc<Node>) -> Vec<Rc<Node>> {
    let kind = document.member("kind").and_then(|kind| kind.text()).unwrap_or_default();
    let items = document.member("items").map(|items| items.items()).unwrap_or_default();
    let is_list = kind.ends_with("List") && !items.is_empty();
    match is_list && items.iter().all(|item| item.entry("kind").is_some()) {
        true => items.iter().flat_map(listed).collect(),
        false => vec![Rc::clone(document)],
    }
}

/// The configurations of our filters in the file or policy folder at `path`, in the order in which they stand.
///
/// # Errors
/// When it cannot be read, or holds words that stand for nothing.
pub(crate) fn plugins(path: &Path, words: &Words) -> Result<Vec<Embedded>, Failure> {
    if path.is_dir() {
        return PolicyFolder::read(path, words).map(|folder| folder.embedded().into_iter().collect());
    }
    let source = Source::read(path, words)?;
    if !source.faults.is_empty() {
        return Err(Failure::Found(source.faults.iter().map(Fault::to_string).collect()));
    }
    let read = source.documents.iter().map(|document| embedded::of_document(&source.text, document));
    let read: Result<Vec<_>, Fault> = read.collect();
    read.map(|found| found.into_iter().flatten().collect()).map_err(Failure::found)
}

#[cfg(test)]
mod tests;
