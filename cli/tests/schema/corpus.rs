//! The configurations that we ship, and those that our pages show.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::note::Note;
use crate::page::{Block, blocks, collect, name, root};
use crate::surroundings::around;
use crate::words::filled;

/// A configuration and where it is from.
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) document: Value,
}

/// Members by which our own configuration is known, next to its routes.
const SECTIONS: [&str; 4] = ["authz", "identity", "jwt", "ratelimit"];

/// Every configuration in `envoy/`, in the examples of the chart, and in the examples of the reference.
pub(crate) fn shipped() -> Vec<Example> {
    let mut files = Vec::new();
    for folder in ["envoy", "deploy/helm/watchword/examples", "cli/src/docs/examples"] {
        collect(&root().join(folder), "yaml", &mut files);
    }
    files.iter().flat_map(configurations).collect()
}

/// Every configuration in a page. Those that are refused there are no examples.
pub(crate) fn documented() -> Vec<Example> {
    blocks().into_iter().flat_map(of_block).collect()
}

fn of_block(Block { place, comment, text }: Block) -> Vec<Example> {
    let documents = match Note::read(&comment) {
        Note::Of | Note::NotCompiled(_) | Note::With { is_refused: true, .. } => Vec::new(),
        Note::With { name, at, is_refused: false } => {
            let whole = documents(&text, &place).into_iter().map(|part| around(part, &name, at.as_deref()));
            whole.map(Result::unwrap).collect()
        }
        Note::None => documents(&text, &place),
        Note::Unclear(comment) => panic!("{place}: {comment}"),
    };
    examples(documents, &place)
}

/// The configurations in one file: itself, where it is one; or those of the filters that it loads.
fn configurations(path: &PathBuf) -> Vec<Example> {
    let name = name(path);
    let text = filled(&fs::read_to_string(path).unwrap());
    let mut found = examples(documents(&text, &name), &name);
    found.iter_mut().for_each(|example| complete(&mut example.document, path));
    found
}

fn documents(text: &str, place: &str) -> Vec<Value> {
    let documents = serde_norway::Deserializer::from_str(text).map(Value::deserialize);
    documents.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{place}: {error}"))
}

fn examples(documents: Vec<Value>, place: &str) -> Vec<Example> {
    let mut found = Vec::new();
    documents.into_iter().for_each(|document| find(document, &mut found));
    let named = found.into_iter().enumerate();
    named.map(|(index, document)| Example { name: format!("{place}#{index}"), document }).collect()
}

/// Whatever has routes and the section of a stage.
fn find(value: Value, found: &mut Vec<Value>) {
    let has_section = SECTIONS.iter().any(|name| value.get(name).is_some_and(Value::is_object));
    let is_ours = has_section && value.get("routes").is_some_and(Value::is_array);
    match value {
        ours if is_ours => found.push(ours),
        Value::Object(members) => members.into_iter().for_each(|(_, member)| find(member, found)),
        Value::Array(values) => values.into_iter().for_each(|value| find(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The examples of policies have theirs in files beside them.
fn complete(document: &mut Value, path: &Path) {
    let Some(section) = document.pointer_mut("/authz").and_then(Value::as_object_mut) else { return };
    if section.contains_key("policies") || section.contains_key("bundle") {
        return;
    }
    let folder = path.parent().unwrap();
    let name = folder.file_name().unwrap().to_string_lossy();
    let files = [("schema", format!("{name}.cedarschema")), ("policies", format!("{name}.cedar"))];
    for (field, file) in files {
        section.insert(field.into(), json!(fs::read_to_string(folder.join(file)).unwrap()));
    }
    for field in ["links", "entities"] {
        if let Ok(text) = fs::read_to_string(folder.join(format!("{field}.json"))) {
            section.insert(field.into(), serde_json::from_str(&text).unwrap());
        }
    }
}
