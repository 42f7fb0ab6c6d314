//! The section `ratelimit`: as it is written, and as it is checked.

mod raw;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{ConfigError, Section};
use serde::Deserialize;
use siphasher::sip::SipHasher24;

use crate::cost::Cost;
use crate::gcra::Gcra;
use crate::headers::{self, Styles};
use crate::key::{self, Key, KeyPart, RawKeyPart};
use raw::{RawLimit, RawSection};

/// Bytes of a limit's name, which goes out in headers: a DNS label and one.
const MAX_NAME_BYTES: usize = 64;

/// Parts of one key: as many as there are kinds, with a few claims.
const MAX_KEY_PARTS: usize = 8;

/// A section without contradictions.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) limits: BTreeMap<String, Rc<Limit>>,
    pub(crate) styles: Styles,
    pub(crate) when_contended: WhenContended,
}

/// One limit, ready to decide.
#[derive(Debug)]
pub(crate) struct Limit {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) key: Key,
    pub(crate) cost: Cost,
    pub(crate) when_missing: WhenMissing,
    pub(crate) before_auth: bool,
    pub(crate) mode: Mode,
    /// How its state begins in the header, see [`headers::state_stem`].
    pub(crate) state_stem: String,
}

/// Who decides.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The workers of this proxy, together.
    Local(Local),
}

/// What is counted in the memory that the workers share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local {
    pub(crate) gcra: Gcra,
    /// How many buckets the limit has to itself.
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

/// What becomes of a request of which a part of the key is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhenMissing {
    /// Refused.
    #[default]
    Refuse,
    /// Not counted, with a mark in the log.
    Skip,
    /// Counted together with all others of whom it is not known.
    Shared,
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

/// A limit's place in the section, for errors.
struct Place<'a> {
    section: &'a Section<'a>,
    name: &'a str,
}

impl Config {
    /// Read and check the section.
    pub(crate) fn read(section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawSection { slots, headers, limits, when_contended } = section.read()?;
        if limits.is_empty() {
            return Err(section.error("limits", "names no limit"));
        }
        let styles = Styles::new(&headers).map_err(|message| section.error("headers", message))?;
        let even_share = share::even_share(slots, &limits, section)?;
        let limits = limits.into_iter().map(|(name, raw)| {
            let limit = Limit::compile(raw, even_share, &Place { section, name: &name })?;
            Ok((name, Rc::new(limit)))
        });
        Ok(Self { limits: limits.collect::<Result<_, _>>()?, styles, when_contended })
    }
}

impl Place<'_> {
    fn error(&self, field: &str, message: impl Display) -> ConfigError {
        self.section.error(&format!("limits.{}{field}", self.name), message)
    }
}

impl Limit {
    fn compile(raw: RawLimit, even_share: NonZeroU32, place: &Place<'_>) -> Result<Self, ConfigError> {
        let RawLimit { requests, per_seconds, burst, key, cost, when_missing, before_auth, mode, slots } =
            raw;
        if !is_name(place.name) {
            let message = format!("a name has 1 to {MAX_NAME_BYTES} characters of `a-z`, `0-9` and `-`");
            return Err(place.error("", message));
        }
        let gcra = Gcra::new(requests, per_seconds, burst.unwrap_or(requests))
            .map_err(|error| place.error(&format!(".{}", error.field()), error))?;
        let cost = cost.compile(gcra.burst(), before_auth);
        Ok(Self {
            name: place.name.to_owned(),
            kind: Kind::Local(Local { gcra, slots: share::slots_of(slots, even_share, place)? }),
            key: compile_key(key, when_missing, before_auth, place)?,
            cost: cost.map_err(|(field, message)| place.error(field, message))?,
            when_missing,
            before_auth,
            mode,
            state_stem: headers::state_stem(place.name),
        })
    }

    /// Where its counts are kept. Limits of one name and one definition share them, whichever listener
    /// asks; those that promise something else, or to somebody else, do not spend each other's.
    pub(crate) fn namespace(&self) -> u64 {
        let mut definition = Vec::new();
        key::push(&mut definition, self.name.as_bytes());
        match &self.kind {
            Kind::Local(Local { gcra, slots: _ }) => {
                key::push(&mut definition, &gcra.burst().to_le_bytes());
                key::push(&mut definition, &gcra.refill().to_le_bytes());
            }
        }
        definition.extend(self.key.definition());
        // Without a seed, so that every worker comes to the same; only operators write definitions.
        SipHasher24::new().hash(&definition)
    }

    /// How many may come at once, where that is written here.
    pub(crate) const fn burst(&self) -> u64 {
        match &self.kind {
            Kind::Local(local) => local.gcra.burst(),
        }
    }

    /// Whether only requests with a verified credential can be counted, each for itself.
    pub(crate) fn needs_identity(&self) -> bool {
        self.key.needs_identity()
    }
}

/// What may stand in a structured-field string without escapes, and in a metric's label.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(good)
}

fn compile_key(
    raw: Vec<RawKeyPart>,
    when_missing: WhenMissing,
    before_auth: bool,
    place: &Place<'_>,
) -> Result<Key, ConfigError> {
    let parts = raw.into_iter().enumerate().map(|(at, raw)| {
        raw.compile().map_err(|(field, message)| place.error(&format!(".key[{at}]{field}"), message))
    });
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    check_key(&parts, before_auth).map_err(|message| place.error(".key", message))?;
    Ok(Key::new(parts, when_missing == WhenMissing::Shared))
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
        if before_auth && !part.is_known_before_auth() {
            return Err(format!("`{part}` is not known before authentication"));
        }
    }
    Ok(())
}
