//! Claims, as they are written on the command line.

use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::failure::Failure;

/// A JSON object, or `@` and the name of a file with one.
#[derive(Debug, Clone)]
pub(super) struct Claims(String);

impl FromStr for Claims {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl Claims {
    /// The object.
    pub(super) fn read(&self) -> Result<Map<String, Value>, Failure> {
        match self.0.strip_prefix('@') {
            Some(path) => {
                let path = Path::new(path);
                let text = fs::read_to_string(path).map_err(|error| Failure::in_file(path, error))?;
                serde_json::from_str(&text).map_err(|error| Failure::in_file(path, error))
            }
            None => serde_json::from_str(&self.0)
                .map_err(|error| Failure::Usage(format!("--claims: no JSON object: {error}"))),
        }
    }
}
