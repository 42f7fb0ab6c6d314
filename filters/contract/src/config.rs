//! Sections of the configuration, and errors that say where.

mod failure;
mod reader;
mod way;

use std::fmt::{self, Write as _};

use serde::de::DeserializeOwned;
use serde_json::Value;

use reader::{Others, Place};

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

/// What a `T` knows of a document that is not ours; other members are passed over. Nothing when it is no `T`.
pub fn read_known<T: DeserializeOwned>(document: &Value) -> Option<T> {
    T::deserialize(Place::root(document, Others::PassedOver)).ok()
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
        T::deserialize(Place::root(self.value, Others::Refused)).map_err(|failure| {
            let (path, message) = failure.into_parts();
            self.error(&path, message)
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
    /// On one line: logs are read by lines, and the members of a document can have any name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write_on_one_line(&self.path, f)?;
            f.write_str(": ")?;
        }
        write_on_one_line(&self.message, f)
    }
}

fn write_on_one_line(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let visible =
        |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    text.chars().try_for_each(|character| f.write_char(visible(character)))
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests;
