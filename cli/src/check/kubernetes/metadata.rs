//! `metadata` of a resource.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Wrong, wrong};

/// The longest name, in characters (RFC 1123).
const MAX_NAME: usize = 253;
/// The longest name of a namespace, and the longest value of a label.
const MAX_LABEL: usize = 63;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "what the server writes may be there, and says nothing")]
pub(super) struct Metadata {
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
    uid: Option<Value>,
    resource_version: Option<Value>,
    generation: Option<Value>,
    creation_timestamp: Option<Value>,
    deletion_timestamp: Option<Value>,
    deletion_grace_period_seconds: Option<Value>,
    managed_fields: Option<Value>,
    owner_references: Option<Value>,
    finalizers: Option<Value>,
    self_link: Option<Value>,
}

impl Metadata {
    pub(super) fn wrong(&self) -> Vec<Wrong> {
        let mut found = Vec::new();
        match (&self.name, &self.generate_name) {
            (None, None) => found.push(wrong("metadata", "there is no `name`")),
            (Some(name), _) if !is_name(name) => found.push(wrong(
                "metadata.name",
                format!("`{name}` is no name: letters in lower case, digits, `-` and `.`, a letter or digit at both ends"),
            )),
            (Some(_), _) | (None, Some(_)) => {}
        }
        if let Some(namespace) = self.namespace.as_ref().filter(|name| !is_label(name)) {
            let message =
                format!("`{namespace}` is no name of a namespace: letters in lower case, digits and `-`");
            found.push(wrong("metadata.namespace", message));
        }
        let long = self.labels.iter().filter(|(_, value)| value.len() > MAX_LABEL);
        found.extend(long.map(|(name, _)| {
            wrong(format!("metadata.labels.{name}"), format!("has more than {MAX_LABEL} characters"))
        }));
        found
    }
}

/// A name as Kubernetes takes it (RFC 1123 subdomain).
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME && text.split('.').all(|label| is_label_of(label, MAX_NAME))
}

fn is_label(text: &str) -> bool {
    is_label_of(text, MAX_LABEL)
}

fn is_label_of(text: &str, longest: usize) -> bool {
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let fits = text.chars().all(|c| ends(c) || c == '-');
    fits && text.starts_with(ends) && text.ends_with(ends) && text.len() <= longest
}
