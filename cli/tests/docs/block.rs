//! A block of YAML, held against what it says it is.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::note::Note;
use crate::{compiled, embedded, surroundings};

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) place: Place,
    pub(crate) note: Note,
    pub(crate) text: String,
    /// The block after it, which has the error of one that is wrong.
    pub(crate) next: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) page: String,
    pub(crate) line: usize,
}

/// What came of a block that is no fault.
#[derive(Debug)]
pub(crate) enum Outcome {
    Held,
    /// Nobody has looked at it, for this reason.
    Unread(String),
}

/// Members by which Envoy's configuration is known, whole or in part.
const OF_ENVOY: [&str; 12] = [
    "admin",
    "bootstrap_extensions",
    "clusters",
    "dynamic_resources",
    "http_filters",
    "listeners",
    "overload_manager",
    "resources",
    "static_resources",
    "stats_config",
    "stats_sinks",
    "typed_config",
];

/// Members by which our own configuration is known.
const OURS: [&str; 5] = ["authz", "identity", "jwt", "ratelimit", "routes"];

impl Block {
    pub(crate) fn judge(&self) -> Result<Outcome, String> {
        match &self.note {
            Note::NotCompiled(reason) => return Ok(Outcome::Unread(reason.clone())),
            Note::Unclear(comment) => return Err(format!("`{comment}` says nothing that is known here")),
            Note::Of | Note::None | Note::With { .. } => {}
        }
        for document in self.documents()? {
            self.judge_document(document)?;
        }
        Ok(Outcome::Held)
    }

    fn judge_document(&self, document: Value) -> Result<(), String> {
        match &self.note {
            Note::With { name, at, is_refused } => {
                let whole = surroundings::around(document, name, at.as_deref())?;
                let judged = compiled::compile(&whole);
                if *is_refused { self.is_refused_as_told(judged) } else { judged }
            }
            Note::None => judge_shape(&document),
            Note::Of | Note::NotCompiled(_) | Note::Unclear(_) => Ok(()),
        }
    }

    /// One line of the next block must have the error, as far as it goes: pages wrap and shorten.
    fn is_refused_as_told(&self, judged: Result<(), String>) -> Result<(), String> {
        let error = judged.err().ok_or("it is good, and should be refused")?;
        let told = self.next.as_deref().unwrap_or_default();
        let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
        match told.contains(&error) {
            true => Ok(()),
            false => Err(format!("the next block does not have its error: {error}")),
        }
    }

    fn documents(&self) -> Result<Vec<Value>, String> {
        let documents = serde_norway::Deserializer::from_str(&self.text).map(Value::deserialize);
        documents.collect::<Result<_, _>>().map_err(|error| error.to_string())
    }
}

fn judge_shape(document: &Value) -> Result<(), String> {
    let has = |names: &[&str]| names.iter().any(|name| document.get(name).is_some());
    if has(&["apiVersion"]) && has(&["kind"]) || has(&OF_ENVOY) {
        return embedded::configurations(document).into_iter().try_for_each(compiled::compile);
    }
    if has(&OURS) {
        return compiled::compile(document);
    }
    if document["services"].is_object() {
        return Ok(());
    }
    Err("nothing says what this is: see cli/tests/docs/note.rs".into())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.page, self.line)
    }
}
