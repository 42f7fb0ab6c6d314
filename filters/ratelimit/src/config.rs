//! The section `ratelimit`: as it is written, and as it is checked.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{ConfigError, Section};
use serde::Deserialize;

use crate::gcra::Gcra;
use crate::key::KeyPart;

/// Buckets when the configuration does not say: 4096 of 128 bytes hold 16,384 keys in half a megabyte.
const DEFAULT_SLOTS: u32 = 4_096;

/// The most buckets: 65,536 with their names stay below the 16 MB that a limiter may cost a proxy.
const MAX_SLOTS: u32 = 65_536;

/// Bytes of a limit's name, which goes out in headers: a DNS label and one.
const MAX_NAME_BYTES: usize = 64;

/// Parts of one key: as many as there are kinds, with a few claims.
const MAX_KEY_PARTS: usize = 8;

/// A section without contradictions.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) slots: NonZeroU32,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    #[serde(default = "default_slots")]
    slots: u32,
    limits: BTreeMap<String, RawLimit>,
    #[serde(default)]
    when_contended: WhenContended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimit {
    requests: u64,
    per_seconds: u64,
    /// As many as `requests` when absent.
    burst: Option<u64>,
    key: Vec<KeyPart>,
    #[serde(default)]
    before_auth: bool,
    #[serde(default)]
    mode: Mode,
}

impl Config {
    /// Read and check the section.
    pub(crate) fn read(section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawSection { slots, limits, when_contended } = section.read()?;
        let slots = NonZeroU32::new(slots)
            .filter(|slots| slots.get() <= MAX_SLOTS)
            .ok_or_else(|| section.error("slots", format!("must be 1 to {MAX_SLOTS}")))?;
        if limits.is_empty() {
            return Err(section.error("limits", "names no limit"));
        }
        let limits = limits.into_iter().map(|(name, raw)| {
            let limit = Limit::compile(&name, raw, section)?;
            Ok((name, Rc::new(limit)))
        });
        Ok(Self { slots, limits: limits.collect::<Result<_, _>>()?, when_contended })
    }

    /// The longest time that any limit takes to refill, in nanoseconds.
    pub(crate) fn horizon(&self) -> u64 {
        self.limits.values().map(|limit| limit.gcra.refill()).max().unwrap_or(0)
    }
}

impl Limit {
    fn compile(name: &str, raw: RawLimit, section: &Section<'_>) -> Result<Self, ConfigError> {
        let RawLimit { requests, per_seconds, burst, key, before_auth, mode } = raw;
        if !is_name(name) {
            let message = format!("a name has 1 to {MAX_NAME_BYTES} characters of `a-z`, `0-9` and `-`");
            return Err(section.error(&format!("limits.{name}"), message));
        }
        let gcra = Gcra::new(requests, per_seconds, burst.unwrap_or(requests))
            .map_err(|error| section.error(&format!("limits.{name}.{}", error.field()), error))?;
        check_key(&key, before_auth)
            .map_err(|message| section.error(&format!("limits.{name}.key"), message))?;
        Ok(Self { name: name.to_owned(), gcra, key, before_auth, mode })
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

const fn default_slots() -> u32 {
    DEFAULT_SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(value: &Value) -> Result<Config, ConfigError> {
        Config::read(&Section::new("ratelimit", value))
    }

    fn with_limit(fields: Value) -> Value {
        let mut limit = json!({"requests": 10, "per_seconds": 1, "burst": 20, "key": ["subject"]});
        let members = fields.as_object().unwrap().clone();
        limit.as_object_mut().unwrap().extend(members);
        json!({"limits": {"per-user": limit}})
    }

    #[test]
    fn reads_what_the_documentation_shows() {
        let config = read(&json!({
            "slots": 64,
            "limits": {
                "per-tenant": {"requests": 10, "per_seconds": 1, "key": [{"claim": "tenant"}, "route"]},
                "per-address": {
                    "requests": 100, "per_seconds": 1, "burst": 200, "key": ["client_address"],
                    "before_auth": true, "mode": "shadow",
                },
            },
            "when_contended": "allow",
        }));
        let config = config.unwrap();
        let tenant = &config.limits["per-tenant"];
        assert_eq!((tenant.gcra, tenant.mode), (Gcra::new(10, 1, 10).unwrap(), Mode::Enforce));
        assert!(tenant.needs_identity() && !tenant.before_auth);
        let address = &config.limits["per-address"];
        assert!(address.before_auth && !address.needs_identity() && address.mode == Mode::Shadow);
        assert_eq!((config.slots.get(), config.when_contended), (64, WhenContended::Allow));
        assert_eq!(config.horizon(), 2_000_000_000);
    }

    #[test]
    fn is_closed_unless_the_configuration_says_otherwise() {
        let config = read(&with_limit(json!({}))).unwrap();
        assert_eq!(config.when_contended, WhenContended::Refuse);
        assert_eq!(config.slots.get(), DEFAULT_SLOTS);
    }

    #[test]
    fn says_where_a_limit_is_wrong() {
        let at = "ratelimit.limits.per-user";
        for (fields, path, part) in [
            (json!({"requests": 0}), ".requests", "at least 1"),
            (json!({"requests": 2_000_000}), ".requests", "a million"),
            (json!({"requests": -1}), ".requests", "invalid value"),
            (json!({"requests": 1.5}), ".requests", "invalid type"),
            (json!({"requests": "10"}), ".requests", "invalid type"),
            (json!({"per_seconds": 0}), ".per_seconds", "at least 1"),
            (json!({"burst": 0}), ".burst", "at least 1"),
            (json!({"burst": 1_000_000_000}), ".burst", "31 days"),
            (json!({"per_seconds": u64::MAX}), ".burst", "31 days"),
            (json!({"key": []}), ".key", "no part"),
            (json!({"key": ["subject", "subject"]}), ".key", "`subject` twice"),
            (json!({"key": [{"claim": ""}]}), ".key", "without a name"),
            (json!({"key": ["user"]}), ".key[0]", "unknown variant `user`"),
            (json!({"key": [{"header": "x"}]}), ".key[0]", "unknown variant `header`"),
            (
                json!({"key": (0..9).map(|n| json!({"claim": n.to_string()})).collect::<Vec<_>>()}),
                ".key",
                "more than",
            ),
            (json!({"before_auth": true}), ".key", "`subject` is not known"),
            (json!({"before_auth": true, "key": ["workload"]}), ".key", "`workload` is not known"),
            (json!({"mode": "off"}), ".mode", "unknown variant `off`"),
            (json!({"cost": 1}), "", "unknown field `cost`"),
        ] {
            let error = read(&with_limit(fields.clone())).unwrap_err();
            assert!(error.path().starts_with(&format!("{at}{path}")), "{fields}: {error}");
            assert!(error.message().contains(part), "{fields}: {error}");
        }
    }

    #[test]
    fn says_where_the_section_is_wrong() {
        let limit = json!({"requests": 1, "per_seconds": 1, "key": ["route"]});
        let named = |name: &str| json!({"limits": {name: limit}});
        for (value, path) in [
            (json!({}), "ratelimit"),
            (json!({"limits": {}}), "ratelimit.limits"),
            (json!({"limits": {"a": limit}, "slots": 0}), "ratelimit.slots"),
            (json!({"limits": {"a": limit}, "slots": MAX_SLOTS + 1}), "ratelimit.slots"),
            (json!({"limits": {"a": limit}, "when_contended": "open"}), "ratelimit.when_contended"),
            (named(""), "ratelimit.limits."),
            (named("Per-User"), "ratelimit.limits.Per-User"),
            (named("per\"user"), "ratelimit.limits.per\"user"),
        ] {
            assert_eq!(read(&value).unwrap_err().path(), path, "{value}");
        }
        assert!(read(&named(&"a".repeat(MAX_NAME_BYTES))).is_ok());
        assert!(read(&named(&"a".repeat(MAX_NAME_BYTES + 1))).is_err());
    }
}
