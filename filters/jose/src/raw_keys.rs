//! The field `keys` of a configuration: a key set, or where to fetch one.

use std::ops::RangeInclusive;

use contract::Duration;
use serde::Deserialize;
use serde_json::Value;

use crate::keys_config_error::KeysConfigError;
use crate::secret::SecretEncoding;

/// `keys` as it is written: exactly one of these, such as `{ inline: {JWKS} }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RawKeys {
    /// A key set (RFC 7517 §5) in place.
    Inline(Value),
    /// A key set at a cluster of the proxy.
    Remote(RawRemote),
    /// A key set that the issuer's metadata tells where to find.
    Discovery(RawDiscovery),
    /// A secret that is shared with the issuer.
    Secret(RawSecret),
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

/// Where the metadata of an issuer is fetched (OpenID Connect Discovery §4), and the key set that it names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDiscovery {
    /// The name of the proxy's cluster for the metadata.
    pub cluster: String,
    /// The value of `:authority` for the metadata.
    pub authority: String,
    /// The value of `:path` for the metadata.
    #[serde(default = "default_metadata_path")]
    pub path: String,
    /// Where the key set may lie, when that is somewhere else.
    #[serde(default)]
    pub jwks: RawJwks,
    /// Take a `jwks_uri` of the scheme `http` too: whether the proxy speaks TLS to a cluster is the
    /// cluster's configuration, but a document that names an unprotected place is refused unless this is on.
    #[serde(default)]
    pub allow_http: bool,
    /// As of [`RawRemote`], for each of the two fetches.
    #[serde(default = "default_timeout_ms")]
    pub timeout_ms: u64,
    /// As of [`RawRemote`].
    #[serde(default = "default_refresh_seconds")]
    pub refresh_seconds: u64,
    /// As of [`RawRemote`].
    #[serde(default = "default_max_stale_seconds")]
    pub max_stale_seconds: u64,
}

/// Where the key set lies that metadata names. The metadata decides on path and query alone.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawJwks {
    /// The name of the proxy's cluster; that of the metadata when there is none.
    pub cluster: Option<String>,
    /// The authority of `jwks_uri`; that of the metadata when there is none.
    pub authority: Option<String>,
}

/// A secret of the environment.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSecret {
    /// Its name, never the secret itself.
    pub name: String,
    /// How it is written.
    pub encoding: SecretEncoding,
}

/// How often something is fetched, in ranges that were checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) timeout: Duration,
    pub(crate) refresh: Duration,
    pub(crate) max_stale: Duration,
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

/// OpenID Connect Discovery §4, for an issuer without a path.
fn default_metadata_path() -> String {
    "/.well-known/openid-configuration".to_owned()
}

impl RawKeys {
    /// Everything that decides which set is fetched; nothing for keys that are not fetched.
    pub(crate) fn place(&self) -> Option<Vec<&str>> {
        match self {
            Self::Inline(_) | Self::Secret(_) => None,
            Self::Remote(RawRemote { cluster, authority, path, .. }) => {
                Some(vec!["remote", cluster, authority, path])
            }
            Self::Discovery(raw) => {
                let RawDiscovery { cluster, authority, path, allow_http, .. } = raw;
                let kind = if *allow_http { "discovery, http allowed" } else { "discovery" };
                Some(vec![kind, cluster, authority, path, raw.jwks_cluster(), raw.jwks_authority()])
            }
        }
    }
}

impl RawRemote {
    /// Check every field.
    pub(crate) fn check(&self) -> Result<Timing, KeysConfigError> {
        let Self { cluster, authority, path, timeout_ms, refresh_seconds, max_stale_seconds } = self;
        check_texts("remote", &[("cluster", cluster), ("authority", authority), ("path", path)])?;
        check_path("remote", path)?;
        Timing::check("remote", *timeout_ms, *refresh_seconds, *max_stale_seconds)
    }
}

impl RawDiscovery {
    /// Check every field.
    pub(crate) fn check(&self) -> Result<Timing, KeysConfigError> {
        let Self { cluster, authority, path, jwks: _, allow_http: _, .. } = self;
        let Self { timeout_ms, refresh_seconds, max_stale_seconds, .. } = self;
        let texts = [("cluster", cluster.as_str()), ("authority", authority), ("path", path)];
        check_texts("discovery", &texts)?;
        check_texts(
            "discovery.jwks",
            &[("cluster", self.jwks_cluster()), ("authority", self.jwks_authority())],
        )?;
        check_path("discovery", path)?;
        Timing::check("discovery", *timeout_ms, *refresh_seconds, *max_stale_seconds)
    }

    pub(crate) fn jwks_cluster(&self) -> &str {
        self.jwks.cluster.as_ref().unwrap_or(&self.cluster)
    }

    pub(crate) fn jwks_authority(&self) -> &str {
        self.jwks.authority.as_ref().unwrap_or(&self.authority)
    }
}

impl Timing {
    fn check(within: &str, timeout: u64, refresh: u64, max_stale: u64) -> Result<Self, KeysConfigError> {
        for (field, value, range) in [
            ("timeout_ms", timeout, TIMEOUT_MS),
            ("refresh_seconds", refresh, REFRESH_SECONDS),
            ("max_stale_seconds", max_stale, refresh..=LONGEST_STALE_SECONDS),
        ] {
            if !range.contains(&value) {
                return Err(KeysConfigError::OutOfRange { field: format!("{within}.{field}"), range });
            }
        }
        Ok(Self {
            timeout: Duration::from_millis(timeout),
            refresh: Duration::from_secs(refresh),
            max_stale: Duration::from_secs(max_stale),
        })
    }
}

fn check_texts(within: &str, texts: &[(&str, &str)]) -> Result<(), KeysConfigError> {
    let is_text = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    match texts.iter().find(|(_, text)| !is_text(text)) {
        Some((field, _)) => Err(KeysConfigError::NotText(format!("{within}.{field}"))),
        None => Ok(()),
    }
}

fn check_path(within: &str, path: &str) -> Result<(), KeysConfigError> {
    if path.starts_with('/') {
        Ok(())
    } else {
        Err(KeysConfigError::PathRelative(format!("{within}.path")))
    }
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
        assert!(raw.check().is_ok());
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
