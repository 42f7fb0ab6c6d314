//! The field `accepts` of a route: what a request may bring.

use contract::{Accepts, ConfigError, HeaderName};
use serde::Deserialize;

use super::present;

/// Entries of one list: an API with more is better written down as several routes.
const MAX_ENTRIES: usize = 64;

/// What a request may bring; one of these at least. What is not said is not bounded.
#[derive(Debug, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(rename = "Accepts", extend("minProperties" = 1))
)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAccepts {
    /// The media types that a body may have, `type/subtype` without parameters (RFC 9110 §8.3.1): 1 to 64.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>", length(min = 1, max = MAX_ENTRIES), inner(regex(pattern = MEDIA_TYPE))))]
    content_types: Option<Vec<String>>,
    /// The most bytes that a body may have; 0 for no body at all.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "u64"))]
    body_bytes: Option<u64>,
    /// The decoded names of the parameters that a query may have, each of which may come once: 64 at most. An empty
    /// list for no query.
    #[serde(default, deserialize_with = "present")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>", length(max = MAX_ENTRIES), inner(length(min = 1)), extend("uniqueItems" = true)))]
    query: Option<Vec<String>>,
}

impl RawAccepts {
    /// What the row whose path is `at` takes.
    ///
    /// # Errors
    /// When nothing is bounded, or a list holds what no request has.
    pub(crate) fn compile(self, at: &str) -> Result<Accepts, ConfigError> {
        let at = format!("{at}.accepts");
        let Self { content_types, body_bytes, query } = self;
        if content_types.is_none() && body_bytes.is_none() && query.is_none() {
            return Err(ConfigError::at(
                at,
                "bounds nothing: say `content_types`, `body_bytes` or `query`",
            ));
        }
        let content_types = content_types.map(|types| media_types(&types, &at)).transpose()?;
        let query = query.map(|names| parameters(names, &at)).transpose()?;
        Ok(Accepts { content_types, body_bytes, query })
    }
}

fn media_types(types: &[String], at: &str) -> Result<Vec<String>, ConfigError> {
    if (1..=MAX_ENTRIES).contains(&types.len()) && types.iter().all(|text| is_media_type(text)) {
        return Ok(types.iter().map(|text| text.to_ascii_lowercase()).collect());
    }
    let message = format!("must hold 1 to {MAX_ENTRIES} media types, `type/subtype` without parameters");
    Err(ConfigError::at(format!("{at}.content_types"), message))
}

/// Two tokens (RFC 9110 §8.3.1). `*` is a character of tokens and no wildcard in a media type.
fn is_media_type(text: &str) -> bool {
    let is_token = |part: &str| HeaderName::new(part).is_ok() && !part.contains('*');
    text.split_once('/').is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
}

/// The same, for the schema.
#[cfg(feature = "schema")]
const MEDIA_TYPE: &str = "^[A-Za-z0-9!#$%&'+.^_`|~-]+/[A-Za-z0-9!#$%&'+.^_`|~-]+$";

fn parameters(names: Vec<String>, at: &str) -> Result<Vec<String>, ConfigError> {
    let comes_again = |index, name: &String| names.iter().take(index).any(|earlier| earlier == name);
    let is_bad = |(index, name): (usize, &String)| name.is_empty() || comes_again(index, name);
    if names.len() <= MAX_ENTRIES && !names.iter().enumerate().any(is_bad) {
        return Ok(names);
    }
    let message = format!("must hold at most {MAX_ENTRIES} names, none of them empty or twice");
    Err(ConfigError::at(format!("{at}.query"), message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn compile(value: Value) -> Result<Accepts, String> {
        let raw: RawAccepts = serde_json::from_value(value).map_err(|error| error.to_string())?;
        raw.compile("routes[0]").map_err(|error| error.path().to_owned())
    }

    #[test]
    fn reads_each_bound_by_itself() {
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        for (value, expected) in [
            (
                json!({"content_types": ["Application/JSON", "application/x-a+b"]}),
                Accepts {
                    content_types: texts(&["application/json", "application/x-a+b"]),
                    ..Accepts::default()
                },
            ),
            (json!({"body_bytes": 0}), Accepts { body_bytes: Some(0), ..Accepts::default() }),
            (json!({"query": []}), Accepts { query: texts(&[]), ..Accepts::default() }),
            (json!({"query": ["a[]"]}), Accepts { query: texts(&["a[]"]), ..Accepts::default() }),
        ] {
            assert_eq!(compile(value.clone()), Ok(expected), "{value}");
        }
    }

    #[test]
    fn refuses_what_bounds_nothing_or_no_request_has() {
        for (value, path) in [
            (json!({}), "routes[0].accepts"),
            (json!({"content_types": []}), "routes[0].accepts.content_types"),
            (json!({"content_types": ["json"]}), "routes[0].accepts.content_types"),
            (json!({"content_types": ["application/*"]}), "routes[0].accepts.content_types"),
            (json!({"content_types": ["a/b;charset=utf-8"]}), "routes[0].accepts.content_types"),
            (json!({"query": [""]}), "routes[0].accepts.query"),
            (json!({"query": ["a", "a"]}), "routes[0].accepts.query"),
        ] {
            assert_eq!(compile(value.clone()), Err(path.to_owned()), "{value}");
        }
        for value in [
            json!({"query": null}),
            json!({"content_types": null}),
            json!({"body_bytes": null}),
            json!({"body_bytes": -1}),
            json!({"body_bytes": "64k"}),
            json!({"bytes": 1}),
        ] {
            assert!(serde_json::from_value::<RawAccepts>(value.clone()).is_err(), "{value}");
        }
    }
}
