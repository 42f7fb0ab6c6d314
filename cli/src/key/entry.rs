//! The entry of an API key in the configuration.

use clap::Args;
use contract::{UnixTime, is_scope};
use serde::Serialize;

use super::api_key::ApiKey;
use crate::date;
use crate::failure::Failure;

/// What the configuration says of a key beside its digest.
#[derive(Args)]
pub(super) struct Terms {
    /// A scope that the key has; repeat it for several.
    #[arg(long, value_parser = parse_scope)]
    scope: Vec<String>,
    /// From when on it is taken: `2027-01-01`, `2027-01-01T12:00:00Z` or seconds since the epoch.
    #[arg(long, value_name = "TIME", value_parser = date::parse)]
    not_before: Option<UnixTime>,
    /// From when on it is not taken any more.
    #[arg(long, value_name = "TIME", value_parser = date::parse)]
    expires: Option<UnixTime>,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    sha256: String,
    owner: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    scopes: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    not_before: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
}

impl Terms {
    /// Whether nothing is said.
    pub(super) fn is_empty(&self) -> bool {
        self.scope.is_empty() && self.not_before.is_none() && self.expires.is_none()
    }

    /// That there is a time at which the key is taken.
    pub(super) fn check(&self) -> Result<(), Failure> {
        match (self.not_before, self.expires) {
            (Some(begin), Some(end)) if begin >= end => {
                Err(Failure::Usage("--expires must be later than --not-before".to_owned()))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// The entry of `key`, which belongs to `owner`: one line of JSON.
    pub(super) fn entry(&self, key: &ApiKey, owner: &str) -> Result<String, Failure> {
        let entry = Entry {
            id: key.id(),
            sha256: key.sha256(),
            owner,
            scopes: &self.scope,
            not_before: self.not_before.map(UnixTime::seconds),
            expires: self.expires.map(UnixTime::seconds),
        };
        serde_json::to_string(&entry).map_err(Failure::found)
    }
}

/// Whoever a key belongs to, as policies and limits know it.
pub(super) fn parse_owner(text: &str) -> Result<String, String> {
    let is_printable =
        |character: char| character == ' ' || !(character.is_control() || character.is_whitespace());
    match !text.is_empty() && text.chars().all(is_printable) {
        true => Ok(text.to_owned()),
        false => Err("must be printable text, and not empty".to_owned()),
    }
}

fn parse_scope(text: &str) -> Result<String, String> {
    match is_scope(text) {
        true => Ok(text.to_owned()),
        false => Err("must be printable, without spaces, `\"` and `\\`; repeat it for several".to_owned()),
    }
}
