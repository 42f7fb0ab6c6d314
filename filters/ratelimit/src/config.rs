//! The section `ratelimit`: as it is written, and as it is checked.

mod quota;
mod raw;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{ConfigError, HeaderValue, Section};
use serde::Deserialize;
use siphasher::sip::SipHasher24;

use crate::cost::Cost;
use crate::gcra::Gcra;
use crate::global::{Global, Service, WhenDown};
use crate::headers::{self, Styles};
use crate::key::{self, Key, KeyPart, RawKeyPart};
use quota::RawQuota;
use raw::{RawLimit, RawSection};

use crate::slots::Count;

/// Bytes of a limit's name, which goes out in headers: a DNS label and one.
const MAX_NAME_BYTES: usize = 64;

/// What [`is_name`] takes, for the schema.
#[cfg(feature = "schema")]
pub(crate) const NAME_PATTERN: &str = "^[a-z0-9-]{1,64}$";

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
    pub(crate) state_stem: HeaderValue,
}

/// Who decides.
#[derive(Debug)]
pub(crate) enum Kind {
    /// The workers of this proxy, together.
    Local(Local),
    /// An engine, for many proxies.
    Global(Global),
}

/// What is counted in the memory that the workers share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local {
    pub(crate) gcra: Gcra,
    /// How many buckets the limit has to itself.
    pub(crate) slots: Count,
}

/// What a limit that is reached does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "LimitMode")
)]
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
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "WhenMissing")
)]
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
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "WhenContended")
)]
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

/// The JSON Schema of the section.
#[cfg(feature = "schema")]
pub(crate) fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<RawSection>()
}

impl Config {
    /// Read and check the section.
    pub(crate) fn read(section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawSection { slots, headers, services, limits, when_contended } = section.read()?;
        if limits.is_empty() {
            return Err(section.error("limits", "names no limit"));
        }
        let styles = Styles::new(&headers).map_err(|message| section.error("headers", message))?;
        let even_share = share::even_share(slots, &limits, section)?;
        let services = Service::compile_all(services, section)?;
        let mut compiled = BTreeMap::new();
        for (name, raw) in limits {
            let limit = Limit::compile(raw, even_share, &services, &Place { section, name: &name })?;
            compiled.insert(name, Rc::new(limit));
        }
        let is_idle = |name: &&String| !compiled.values().any(|limit| limit.asks(name));
        if let Some(idle) = services.keys().find(is_idle) {
            return Err(section.error(&format!("services.{idle}"), "no limit asks it"));
        }
        Ok(Self { limits: compiled, styles, when_contended })
    }
}

impl Place<'_> {
    fn error(&self, field: &str, message: impl Display) -> ConfigError {
        self.section.error(&format!("limits.{}{field}", self.name), message)
    }
}

impl Limit {
    fn compile(
        raw: RawLimit,
        even_share: NonZeroU32,
        services: &BTreeMap<String, Rc<Service>>,
        place: &Place<'_>,
    ) -> Result<Self, ConfigError> {
        let RawLimit {
            requests,
            per_seconds,
            burst,
            slots,
            key,
            cost,
            when_missing,
            before_auth,
            mode,
            global,
        } = raw;
        let quota = RawQuota { requests, per_seconds, burst, slots };
        if !is_name(place.name) {
            return Err(place.error("", name_rule()));
        }
        let key = compile_key(key, when_missing, before_auth, place)?;
        let kind = match global {
            Some(global) => {
                quota.refuse(place)?;
                let global = global.compile(&key, services);
                Kind::Global(global.map_err(|(field, message)| place.error(field, message))?)
            }
            None => Kind::Local(quota.compile(even_share, place)?),
        };
        let cost = cost.compile(kind.burst(), before_auth);
        Ok(Self {
            name: place.name.to_owned(),
            kind,
            key,
            cost: cost.map_err(|(field, message)| place.error(field, message))?,
            when_missing,
            before_auth,
            mode,
            state_stem: headers::state_stem(place.name).map_err(|_| place.error("", name_rule()))?,
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
            Kind::Global(Global { service, .. }) => {
                service.definition().for_each(|field| key::push(&mut definition, field.as_bytes()));
            }
        }
        definition.extend(self.key.definition());
        // Without a seed, so that every worker comes to the same; only operators write definitions.
        SipHasher24::new().hash(&definition)
    }

    /// What a request may cost at most.
    pub(crate) const fn burst(&self) -> u64 {
        self.kind.burst()
    }

    /// Whether the service of this name decides.
    fn asks(&self, service: &str) -> bool {
        match &self.kind {
            Kind::Local(_) => false,
            Kind::Global(global) => global.service.name == service,
        }
    }

    /// Whether a service cannot tell it from `other`.
    pub(crate) fn is_one_with(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Global(one), Kind::Global(two)) => {
                one.service.definition().eq(two.service.definition())
                    && self.key.definition() == other.key.definition()
            }
            (Kind::Local(_), _) | (_, Kind::Local(_)) => false,
        }
    }

    /// Whether requests are forwarded while the engine decides nothing.
    pub(crate) fn is_open_when_down(&self) -> bool {
        match &self.kind {
            Kind::Local(_) => false,
            Kind::Global(global) => global.when_down == WhenDown::Allow,
        }
    }

    /// Whether only requests with a verified credential can be counted, each for itself.
    pub(crate) fn needs_identity(&self) -> bool {
        self.key.needs_identity()
    }
}

impl Kind {
    /// How many may come at once: written here, or known to the engine alone.
    const fn burst(&self) -> u64 {
        match self {
            Self::Local(local) => local.gcra.burst(),
            Self::Global(_) => u64::MAX,
        }
    }
}

/// What a name is, for errors.
pub(crate) fn name_rule() -> String {
    format!("a name has 1 to {MAX_NAME_BYTES} characters of `a-z`, `0-9` and `-`")
}

/// What may stand in a structured-field string without escapes, and in a metric's label.
pub(crate) fn is_name(name: &str) -> bool {
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
