//! One folder of `envoy/policies`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use bundle::{Content, Link, Text};
use contract::{MemoryStore, NoProxyCrypto, Nowhere};
use pipeline::{Chain, Pipeline, Surroundings, compile};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::case::{Case, Table};
use crate::world::{Decision, decide};

pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) table: Table,
    schema: String,
    policies: String,
    links: Value,
    entities: Value,
    pipeline: Pipeline,
}

/// The folders, of which each must be an example.
pub(crate) fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../envoy/policies");
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(folders.len() >= 6, "examples are missing");
    folders
}

impl Example {
    pub(crate) fn read(folder: &Path) -> Self {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let text =
            |extension: &str| fs::read_to_string(folder.join(format!("{name}.{extension}"))).unwrap();
        let list = |file: &str| match fs::read_to_string(folder.join(file)) {
            Ok(text) => {
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}/{file}: {error}"))
            }
            Err(_) => json!([]),
        };
        let (schema, policies) = (text("cedarschema"), text("cedar"));
        let (links, entities) = (list("links.json"), list("entities.json"));
        let table = yaml(&folder.join("cases.yaml"));
        let mut document: Value = yaml(&folder.join("watchword.yaml"));
        let section = document["authz"].as_object_mut().unwrap();
        for (field, value) in [
            ("schema", json!(schema)),
            ("policies", json!(policies)),
            ("links", links.clone()),
            ("entities", entities.clone()),
        ] {
            section.insert(field.into(), value);
        }
        let pipeline = pipeline(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        Self { name, table, schema, policies, links, entities, pipeline }
    }

    pub(crate) fn decide(&self, case: &Case) -> Decision {
        decide(&self.pipeline, &self.table, case)
    }

    /// What `watchword bundle build` makes of the folder.
    pub(crate) fn content(&self) -> Content {
        let text = |name: &str, text: &String| Text { name: name.into(), text: text.clone() };
        Content {
            schema: text("schema", &self.schema),
            policies: vec![text("policies", &self.policies)],
            links: serde_json::from_value(self.links.clone()).unwrap(),
            entities: serde_json::from_value(self.entities.clone()).unwrap(),
        }
    }

    /// The ids of everything that can decide: a template does so by its links.
    pub(crate) fn policies(&self) -> BTreeSet<String> {
        let links: Vec<Link> = serde_json::from_value(self.links.clone()).unwrap();
        let templates: Vec<_> = links.iter().map(|link| link.template.as_str()).collect();
        let written = self.policies.split("@id(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let written = written.filter(|id| !templates.contains(id)).map(str::to_owned);
        written.chain(links.iter().map(|link| link.id.clone())).collect()
    }
}

fn pipeline(document: &Value) -> Result<Pipeline, contract::ConfigError> {
    let store = MemoryStore::default();
    let with = Surroundings { secrets: &Nowhere, store: &store, entropy: &Nowhere, crypto: &NoProxyCrypto };
    compile(document.to_string().as_bytes(), &[&authz::Authz], Chain::Link, &with)
}

fn yaml<T: DeserializeOwned>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_norway::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
