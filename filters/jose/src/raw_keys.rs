//! The field `keys` of a configuration: a key set, or where to fetch one.

use std::fmt;
use std::ops::RangeInclusive;

use serde::Deserialize;
use serde_json::Value;

use crate::KeySetError;

/// `keys` as it is written: `{ inline: {JWKS} }` or `{ remote: { … } }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RawKeys {
    /// A key set (RFC 7517 §5) in place.
    Inline(Value),
    /// A key set at a cluster of the proxy.
    Remote(RawRemote),
}

/// Where a key set is fetched, and how often.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRemote {
    /// The name of the proxy's cluster.
    pub cluster: String,
    /// The value of `:authority`.
    pub authority: String,
    /// The value of `:path`.
    pub path: String,
    /// How long one fetch may take, 100 to 10,000 milliseconds.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// How often the set is fetched again, 10 seconds to one day.
    #[serde(default = "default_refresh_seconds")]
    pub refresh_seconds: u64,
    /// How long a set is used while the issuer does not answer, `refresh_seconds` to seven days.
    #[serde(default = "default_max_stale_seconds")]
    pub max_stale_seconds: u64,
}

/// What is wrong with the field `keys`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysConfigError {
    /// The inline set is not taken.
    Inline(KeySetError),
    /// A text is empty or holds characters that no header value can have.
    NotText(&'static str),
    /// The path does not start with `/`.
    PathRelative,
    /// A number is out of range.
    OutOfRange {
        /// Which field.
        field: &'static str,
        /// What it may be.
        range: RangeInclusive<u64>,
    },
}

/// Shorter than a round trip to another region would fail for ever; longer than this no tick waits.
const TIMEOUT_MS: RangeInclusive<u64> = 100..=10_000;

/// More often than every ten seconds is a load on the issuer; less often than daily, a removed key lives on.
const REFRESH_SECONDS: RangeInclusive<u64> = 10..=86_400;

/// Seven days, after which Istio drops a key set too.
const LONGEST_STALE_SECONDS: u64 = 604_800;

const fn default_timeout_ms() -> u64 {
    2_000
}

const fn default_refresh_seconds() -> u64 {
    300
}

const fn default_max_stale_seconds() -> u64 {
    86_400
}

impl RawRemote {
    /// Check every field.
    pub(crate) fn check(&self) -> Result<(), KeysConfigError> {
        let Self { cluster, authority, path, timeout_ms, refresh_seconds, max_stale_seconds } = self;
        let texts = [("remote.cluster", cluster), ("remote.authority", authority), ("remote.path", path)];
        for (field, text) in texts {
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(KeysConfigError::NotText(field));
            }
        }
        if !path.starts_with('/') {
            return Err(KeysConfigError::PathRelative);
        }
        let stale = *refresh_seconds..=LONGEST_STALE_SECONDS;
        in_range("remote.timeout_ms", *timeout_ms, TIMEOUT_MS)?;
        in_range("remote.refresh_seconds", *refresh_seconds, REFRESH_SECONDS)?;
        in_range("remote.max_stale_seconds", *max_stale_seconds, stale)
    }
}

impl KeysConfigError {
    /// The field below `keys`, such as `remote.path`.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Inline(_) => "inline",
            Self::PathRelative => "remote.path",
            Self::NotText(field) | Self::OutOfRange { field, .. } => field,
        }
    }
}

impl fmt::Display for KeysConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(error) => write!(f, "not a usable key set: {error}"),
            Self::NotText(_) => f.write_str("must be printable text without spaces, and not empty"),
            Self::PathRelative => f.write_str("must start with `/`"),
            Self::OutOfRange { range, .. } => write!(f, "must be {} to {}", range.start(), range.end()),
        }
    }
}

impl std::error::Error for KeysConfigError {}

fn in_range(field: &'static str, value: u64, range: RangeInclusive<u64>) -> Result<(), KeysConfigError> {
    if range.contains(&value) { Ok(()) } else { Err(KeysConfigError::OutOfRange { field, range }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::KeySource;
    use serde_json::json;

    fn remote(change: impl FnOnce(&mut Value)) -> Value {
        let mut value =
            json!({"remote": {"cluster": "issuer", "authority": "issuer.test", "path": "/jwks"}});
        change(&mut value["remote"]);
        value
    }

    #[test]
    fn fills_in_the_defaults() {
        let raw = serde_json::from_value(remote(|_| {})).unwrap();
        let RawKeys::Remote(raw) = raw else { panic!("not remote") };
        assert_eq!((raw.timeout_ms, raw.refresh_seconds, raw.max_stale_seconds), (2_000, 300, 86_400));
        assert_eq!(raw.check(), Ok(()));
    }

    #[test]
    fn refuses_unknown_fields_and_two_sources() {
        for value in [
            json!({}),
            json!({"inline": {"keys": []}, "remote": {}}),
            json!({"jwks_uri": "https://issuer.test/jwks"}),
            remote(|raw| raw["timeout"] = json!(1)),
            remote(|raw| raw["timeout_ms"] = json!(-1)),
            remote(|raw| raw["timeout_ms"] = json!("2000")),
        ] {
            assert!(serde_json::from_value::<RawKeys>(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (value, field) in [
            (json!({"inline": {"keys": []}}), "inline"),
            (remote(|raw| raw["cluster"] = json!("")), "remote.cluster"),
            (remote(|raw| raw["authority"] = json!("issuer.test\r\nx: 1")), "remote.authority"),
            (remote(|raw| raw["path"] = json!("jwks")), "remote.path"),
            (remote(|raw| raw["path"] = json!("/a b")), "remote.path"),
            (remote(|raw| raw["timeout_ms"] = json!(99)), "remote.timeout_ms"),
            (remote(|raw| raw["timeout_ms"] = json!(10_001)), "remote.timeout_ms"),
            (remote(|raw| raw["refresh_seconds"] = json!(9)), "remote.refresh_seconds"),
            (remote(|raw| raw["max_stale_seconds"] = json!(299)), "remote.max_stale_seconds"),
            (remote(|raw| raw["max_stale_seconds"] = json!(604_801)), "remote.max_stale_seconds"),
        ] {
            let raw: RawKeys = serde_json::from_value(value).unwrap();
            assert_eq!(KeySource::new(raw, &crate::test_keys::for_tests()).unwrap_err().field(), field);
        }
    }
}
