//! Secrets that a configuration names.

use std::collections::BTreeMap;

use contract::Secrets;
use serde_json::Value;

use crate::failure::Failure;
use crate::key;
use crate::surroundings::ProcessSecrets;

/// Their values, from the environment or made up.
pub(crate) struct NamedSecrets {
    values: BTreeMap<String, String>,
    /// The names of those that were made up.
    stand_ins: Vec<String>,
}

impl NamedSecrets {
    /// The secrets that `document` names. What the environment does not have is made up where that is wanted: a
    /// fresh key on P-256 in PEM, whose text is long enough to be any other secret, too.
    pub(super) fn of(document: &Value, stand_in: bool) -> Result<Self, Failure> {
        let mut found = Self { values: BTreeMap::new(), stand_ins: Vec::new() };
        let mut names = Vec::new();
        collect(document, &mut names);
        for name in names {
            match ProcessSecrets.secret(name) {
                Some(value) => drop(found.values.insert(name.to_owned(), value)),
                None if stand_in && !found.values.contains_key(name) => {
                    found.values.insert(name.to_owned(), key::new::stand_in()?);
                    found.stand_ins.push(name.to_owned());
                }
                None => {}
            }
        }
        Ok(found)
    }

    /// All of them.
    pub(crate) fn pairs(&self) -> Vec<(&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// What is to be said of those that were made up.
    pub(crate) fn notes(&self) -> Vec<String> {
        let note =
            |name: &String| format!("`{name}` was made up: what it signs or seals is good for nothing");
        self.stand_ins.iter().map(note).collect()
    }
}

impl Secrets for NamedSecrets {
    fn secret(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }
}

/// The names in members called `secret`: a name, or an object with one.
fn collect<'a>(value: &'a Value, names: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            let secret = members.get("secret");
            let named = secret.and_then(|secret| secret.as_str().or_else(|| secret.get("name")?.as_str()));
            names.extend(named);
            members.values().for_each(|member| collect(member, names));
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
