//! The section `ratelimit`: as it is written, and as it is checked.

mod raw;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{ConfigError, Section};
use serde::Deserialize;
use siphasher::sip::SipHasher24;

use crate::gcra::Gcra;
use crate::key::{self, KeyPart};
use raw::{RawLimit, RawSection};

/// Bytes of a limit's name, which goes out in headers: a DNS label and one.
const MAX_NAME_BYTES: usize = 64;

/// Parts of one key: as many as there are kinds, with a few claims.
const MAX_KEY_PARTS: usize = 8;

/// A section without contradictions.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) limits: BTreeMap<String, Rc<Limit>>,
    pub(crate) when_contended: WhenContended,
}

/// One limit, ready to decide.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) gcra: Gcra,
    pub(crate) key: Vec<KeyPart>,
    pub(crate) before_auth: bool,
    pub(crate) mode: Mode,
    /// How many buckets it has to itself.
    pub(crate) slots: NonZeroU32,
}

/// What a limit that is reached does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// Refuses.
    #[default]
    Enforce,
    /// Counts and leaves a mark in the log; clients see nothing of it.
    Shadow,
}

/// What becomes of a request that could not be counted because the shared memory could not be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhenContended {
    /// Refused with 503.
    #[default]
    Refuse,
    /// Forwarded uncounted, with a mark in the log.
    Allow,
}

impl Config {
    /// Read and check the section.
    pub(crate) fn read(section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawSection { slots, limits, when_contended } = section.read()?;
        if limits.is_empty() {
            return Err(section.error("limits", "names no limit"));
        }
        let even_share = share::even_share(slots, &limits, section)?;
        let limits = limits.into_iter().map(|(name, raw)| {
            let limit = Limit::compile(&name, raw, even_share, section)?;
            Ok((name, Rc::new(limit)))
        });
        Ok(Self { limits: limits.collect::<Result<_, _>>()?, when_contended })
    }
}

impl Limit {
    fn compile(
        name: &str,
        raw: RawLimit,
        even_share: NonZeroU32,
        section: &Section<'_>,
    ) -> Result<Self, ConfigError> {
        let RawLimit { requests, per_seconds, burst, key, before_auth, mode, slots } = raw;
        if !is_name(name) {
            let message = format!("a name has 1 to {MAX_NAME_BYTES} characters of `a-z`, `0-9` and `-`");
            return Err(section.error(&format!("limits.{name}"), message));
        }
        let gcra = Gcra::new(requests, per_seconds, burst.unwrap_or(requests))
            .map_err(|error| section.error(&format!("limits.{name}.{}", error.field()), error))?;
        check_key(&key, before_auth)
            .map_err(|message| section.error(&format!("limits.{name}.key"), message))?;
        let slots = share::slots_of(name, slots, even_share, section)?;
        Ok(Self { name: name.to_owned(), gcra, key, before_auth, mode, slots })
    }

    /// Where its counts are kept. Limits of one name and one definition share them, whichever listener asks;
    /// those that promise something else, or to somebody else, do not spend each other's.
    pub(crate) fn namespace(&self) -> String {
        let mut definition = Vec::new();
        key::push(&mut definition, &self.gcra.burst().to_le_bytes());
        key::push(&mut definition, &self.gcra.refill().to_le_bytes());
        for part in &self.key {
            key::push(&mut definition, part.to_string().as_bytes());
        }
        // Without a seed, so that every worker comes to the same; only operators write definitions.
        format!("{:016x}/{}", SipHasher24::new().hash(&definition), self.name)
    }

    /// Whether only requests with a verified credential can be counted.
    pub(crate) fn needs_identity(&self) -> bool {
        self.key.iter().any(KeyPart::needs_identity)
    }
}

/// What may stand in a structured-field string without escapes, and in a metric's label.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(good)
}

fn check_key(key: &[KeyPart], before_auth: bool) -> Result<(), String> {
    if key.is_empty() {
        return Err("names no part, so all clients would share one count".to_owned());
    }
    if key.len() > MAX_KEY_PARTS {
        return Err(format!("names more than {MAX_KEY_PARTS} parts"));
    }
    let mut seen = HashSet::new();
    for part in key {
        if !seen.insert(part) {
            return Err(format!("names `{part}` twice"));
        }
        if *part == KeyPart::Claim(String::new()) {
            return Err("names a claim without a name".to_owned());
        }
        if before_auth && !part.is_known_before_auth() {
            return Err(format!("`{part}` is not known before authentication"));
        }
    }
    Ok(())
}
