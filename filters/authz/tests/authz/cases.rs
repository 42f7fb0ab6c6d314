//! Case files: a configuration, and requests with the decision that each must get.

use std::collections::BTreeMap;
use std::path::Path;

use bundle::Link;
use contract::Route;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::facts::{Credential, FieldValue, Place};
use crate::world::{RawRoute, shop_routes, shop_section, table};

/// One file of `tests/cases`. What it does not say is the shop's.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    pub(crate) description: String,
    schema: Option<Vec<String>>,
    policies: Option<Vec<String>>,
    principals: Option<Value>,
    mode: Option<String>,
    shadow_routes: Option<Vec<String>>,
    routes: Option<Vec<RawRoute>>,
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    #[serde(default)]
    pub(crate) entities: Vec<Value>,
    /// `context` of the section: what is mapped to members of the context.
    mapped: Option<Value>,
    public_reason_header: Option<String>,
    /// The members of the context that the schema declares, for the comparison with Cedar's own door.
    #[serde(default = "caller")]
    pub(crate) context: Vec<String>,
    /// Why Cedar's own door is not asked the same.
    pub(crate) not_compared: Option<String>,
    pub(crate) cases: Vec<Case>,
}

/// One request and what becomes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) description: String,
    pub(crate) route: String,
    #[serde(default = "get")]
    pub(crate) method: String,
    #[serde(default = "root")]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// Header fields, pseudo-headers among them, in the order of arrival.
    #[serde(default)]
    pub(crate) headers: Vec<(String, FieldValue)>,
    /// Absent when nobody was verified.
    pub(crate) claims: Option<Map<String, Value>>,
    /// What else the credential with these claims is.
    #[serde(default)]
    pub(crate) credential: Credential,
    pub(crate) caller: Option<String>,
    /// Whence and when.
    #[serde(default)]
    pub(crate) place: Place,
    pub(crate) decision: Wanted,
    pub(crate) reason: Option<String>,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    /// What the client reads in the header field for it.
    pub(crate) public: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    Allow,
    Deny,
}

impl CaseFile {
    pub(crate) fn section(&self) -> Value {
        let mut section = shop_section();
        let members = section.as_object_mut().unwrap();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.into(), value);
            }
        };
        put("schema", self.schema.as_ref().map(|lines| json!(lines.join("\n"))));
        put("policies", self.policies.as_ref().map(|lines| json!(lines.join("\n"))));
        put("principals", self.principals.clone());
        put("mode", self.mode.as_ref().map(|mode| json!(mode)));
        put("shadow_routes", self.shadow_routes.as_ref().map(|names| json!(names)));
        put("links", Some(json!(self.links)));
        put("entities", Some(json!(self.entities)));
        put("context", self.mapped.clone());
        put("public_reason_header", self.public_reason_header.as_ref().map(|name| json!(name)));
        section
    }

    pub(crate) fn routes(&self) -> Vec<Route> {
        table(&self.routes.clone().unwrap_or_else(shop_routes))
    }
}

/// Every file with its name, in alphabetical order.
pub(crate) fn files() -> Vec<(String, CaseFile)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let file = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, file)
        })
        .collect();
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    files
}

fn caller() -> Vec<String> {
    vec!["caller".into()]
}

fn get() -> String {
    "GET".into()
}

fn root() -> String {
    "/".into()
}
