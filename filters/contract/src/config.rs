//! Sections of the configuration, and errors that say where.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// A part of the configuration document and its path in it.
#[derive(Debug, Clone)]
pub struct Section<'a> {
    path: String,
    value: &'a Value,
}

/// What is wrong with a configuration, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    path: String,
    message: String,
}

impl<'a> Section<'a> {
    /// The part of a document at `path`, such as `jwt`.
    pub fn new(path: impl Into<String>, value: &'a Value) -> Self {
        Self { path: path.into(), value }
    }

    /// Read the whole section as a `T`. Let `T` deny unknown fields.
    ///
    /// # Errors
    /// With the path of the field that is unknown, missing or of the wrong type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        serde_path_to_error::deserialize(self.value).map_err(|error| {
            let inner = error.path().to_string();
            let path = if inner == "." { self.path.clone() } else { self.field(&inner) };
            ConfigError { path, message: error.into_inner().to_string() }
        })
    }

    /// An error at `field` below this section; the section itself when `field` is empty.
    pub fn error(&self, field: &str, message: impl fmt::Display) -> ConfigError {
        let path = if field.is_empty() { self.path.clone() } else { self.field(field) };
        ConfigError { path, message: message.to_string() }
    }

    fn field(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }
}

impl ConfigError {
    /// An error at `path` of the document.
    pub fn at(path: impl Into<String>, message: impl fmt::Display) -> Self {
        Self { path: path.into(), message: message.to_string() }
    }

    /// Where, such as `jwt.providers.corp.issuer`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Raw {
        #[expect(dead_code, reason = "only its errors are of interest")]
        providers: BTreeMap<String, Provider>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Provider {
        #[expect(dead_code, reason = "only its errors are of interest")]
        leeway: u32,
    }

    fn message(value: Value) -> String {
        Section::new("jwt", &value).read::<Raw>().unwrap_err().to_string()
    }

    #[test]
    fn names_the_path_of_the_field() {
        let wrong_type = message(json!({"providers": {"corp": {"leeway": "x"}}}));
        assert!(wrong_type.starts_with("jwt.providers.corp.leeway: invalid type"), "{wrong_type}");
        let unknown = message(json!({"providers": {"corp": {"leeway": 1, "lewway": 2}}}));
        assert!(unknown.starts_with("jwt.providers.corp"), "{unknown}");
        assert!(unknown.contains("unknown field `lewway`"), "{unknown}");
        let missing = message(json!({}));
        assert_eq!(missing, "jwt: missing field `providers`");
    }
}
