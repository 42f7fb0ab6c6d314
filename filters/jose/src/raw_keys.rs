//! The field `keys` of a configuration: a key set, or where to fetch one.

use serde::Deserialize;
use serde_json::Value;
use upkeep::{FieldError, RawRemote, RawTiming, Timing, TimingRanges, check_path, check_text};

#[cfg(feature = "schema")]
use crate::key_sets::TIMING;
use crate::secret::SecretEncoding;

/// Where keys come from: exactly one of these, such as `{ inline: {JWKS} }`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Keys"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RawKeys {
    /// A key set (RFC 7517 §5) in place.
    #[cfg_attr(feature = "schema", schemars(schema_with = "key_set"))]
    Inline(#[serde(deserialize_with = "contract::strict_value")] Value),
    /// A key set at a cluster of the proxy. It is fetched again every 10 seconds to one day, 300 seconds where
    /// nothing is said; and used while the issuer does not answer for that long at least and seven days at
    /// most, one day where nothing is said.
    Remote(RawRemote),
    /// A key set that the issuer's metadata tells where to find.
    Discovery(RawDiscovery),
    /// A secret that is shared with the issuer, for `HS256`, `HS384` and `HS512`.
    Secret(RawSecret),
}

/// Where the metadata of an issuer is fetched (OpenID Connect Discovery §4), and the key set that it names.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Discovery"))]
#[serde(deny_unknown_fields)]
pub struct RawDiscovery {
    /// The name of the proxy's cluster for the metadata.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::VISIBLE)))]
    pub cluster: String,
    /// The value of `:authority` for the metadata.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::VISIBLE)))]
    pub authority: String,
    /// The value of `:path` for the metadata.
    #[serde(default = "default_metadata_path")]
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^/[!-~]*$")))]
    pub path: String,
    /// Where the key set may lie, when that is somewhere else.
    #[serde(default)]
    pub jwks: RawJwks,
    /// Take a `jwks_uri` of the scheme `http` too: whether the proxy speaks TLS to a cluster is the
    /// cluster's configuration, but a document that names an unprotected place is refused unless this is on.
    #[serde(default)]
    pub allow_http: bool,
    /// How long each of the two fetches may take, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = *upkeep::TIMEOUT_MS.start(), max = *upkeep::TIMEOUT_MS.end()), extend("default" = upkeep::DEFAULT_TIMEOUT_MS)))]
    pub timeout_ms: Option<u64>,
    /// How often metadata and key set are fetched again, in seconds.
    #[cfg_attr(feature = "schema", schemars(range(min = *TIMING.refresh_seconds.start(), max = *TIMING.refresh_seconds.end()), extend("default" = TIMING.default_refresh_seconds)))]
    pub refresh_seconds: Option<u64>,
    /// How long a key set is used while the issuer does not answer, in seconds; not less than `refresh_seconds`.
    #[cfg_attr(feature = "schema", schemars(range(min = *TIMING.refresh_seconds.start(), max = TIMING.longest_stale_seconds), extend("default" = TIMING.default_stale_seconds)))]
    pub max_stale_seconds: Option<u64>,
}

/// Where the key set lies that metadata names. The metadata decides on path and query alone.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "DiscoveredKeys"))]
#[serde(deny_unknown_fields, default)]
pub struct RawJwks {
    /// The name of the proxy's cluster; that of the metadata when there is none.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::VISIBLE)))]
    pub cluster: Option<String>,
    /// The authority of `jwks_uri`; that of the metadata when there is none.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::VISIBLE)))]
    pub authority: Option<String>,
}

/// A secret of the environment.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SharedSecret"))]
#[serde(deny_unknown_fields)]
pub struct RawSecret {
    /// The name of a variable in the VM's environment that holds it, never the secret itself. It has as many bytes as
    /// the hash of the algorithm at least (RFC 7518 §3.2).
    pub name: String,
    /// How it is written.
    pub encoding: SecretEncoding,
}

/// A key set is an object with `keys`; what is in it is for [`crate::KeySet`] to say.
#[cfg(feature = "schema")]
fn key_set(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "description": "A key set (RFC 7517 §5) with public keys.",
        "type": "object",
        "required": ["keys"],
        "properties": { "keys": { "type": "array", "minItems": 1, "description": "The keys (RFC 7517 §4)." } },
    })
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

impl RawDiscovery {
    /// Check every field.
    pub(crate) fn check(&self, ranges: &TimingRanges) -> Result<Timing, FieldError> {
        let Self { cluster, authority, path, jwks: _, allow_http: _, .. } = self;
        let Self { timeout_ms, refresh_seconds, max_stale_seconds, .. } = *self;
        check_text("cluster", cluster)?;
        check_text("authority", authority)?;
        check_text("jwks.cluster", self.jwks_cluster())?;
        check_text("jwks.authority", self.jwks_authority())?;
        check_path("path", path)?;
        RawTiming { timeout_ms, refresh_seconds, max_stale_seconds }.check(ranges)
    }

    pub(crate) fn jwks_cluster(&self) -> &str {
        self.jwks.cluster.as_ref().unwrap_or(&self.cluster)
    }

    pub(crate) fn jwks_authority(&self) -> &str {
        self.jwks.authority.as_ref().unwrap_or(&self.authority)
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
