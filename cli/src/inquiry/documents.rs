//! The documents that a proxy would fetch, from files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::places::{Place, What, places};
use crate::failure::Failure;

/// `NAME=FILE`.
#[derive(Debug, Clone)]
pub(super) struct NamedFile {
    name: String,
    path: PathBuf,
}

/// What is fetched, and what there is of it.
pub(crate) struct Documents {
    places: Vec<Place>,
    /// By the name of the place.
    contents: BTreeMap<String, Vec<u8>>,
}

/// A document that was asked for.
pub(crate) enum Found<'a> {
    /// It is this.
    Document(&'a [u8]),
    /// The configuration calls it so, and no file stands for it.
    NotGiven(&'a str),
    /// The configuration does not name the place.
    Unknown,
}

impl NamedFile {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('=').filter(|(name, path)| !name.is_empty() && !path.is_empty());
        let (name, path) = parts.ok_or("say which document the file stands for: NAME=FILE")?;
        Ok(Self { name: name.to_owned(), path: path.into() })
    }
}

impl Documents {
    /// Those that `document` wants fetched, from these files.
    pub(super) fn read(document: &Value, files: &[NamedFile]) -> Result<Self, Failure> {
        let places = places(document);
        let names: BTreeSet<_> = places.iter().map(|place| place.name.as_str()).collect();
        let mut contents = BTreeMap::new();
        for NamedFile { name, path } in files {
            if !names.contains(name.as_str()) {
                return Err(Failure::Usage(not_fetched(name, &names)));
            }
            let bytes = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
            contents.insert(name.clone(), bytes);
        }
        Ok(Self { places, contents })
    }

    /// What is at a place.
    pub(crate) fn find(&self, cluster: &str, authority: &str, path: &str) -> Found<'_> {
        let is_there =
            |place: &&Place| place.cluster == cluster && place.authority == authority && place.path == path;
        let Some(place) = self.places.iter().find(is_there) else { return Found::Unknown };
        match (&place.what, self.contents.get(&place.name)) {
            (_, None) => Found::NotGiven(&place.name),
            (What::Metadata(text), Some(_)) => Found::Document(text.as_bytes()),
            (What::Document, Some(bytes)) => Found::Document(bytes),
        }
    }
}

fn not_fetched(name: &str, names: &BTreeSet<&str>) -> String {
    let known: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match known.is_empty() {
        true => format!("--keys: `{name}` is not fetched, nor is anything else by this configuration"),
        false => format!("--keys: `{name}` is not fetched by this configuration; {} is", known.join(", ")),
    }
}
