//! The section `jwt` as it is written.

mod leeway;

use std::collections::BTreeMap;

use jose::{Algorithm, RawKeys, RawSharing, StrictValue};
use serde::Deserialize;

use crate::profile::Profile;

pub(crate) use leeway::RawLeeway;

/// Who is believed: whose tokens are verified, by which rules and keys, and which API keys are known. One provider or
/// one set of API keys at least.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Jwt", transform = contract::schema::some_entry_in("providers api_keys")))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawJwt {
    /// Where tokens stand in a request, 1 to 8 places that cannot hold one credential together. Where nothing is said,
    /// `Authorization: Bearer` (RFC 6750 §2.1).
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = crate::MAX_SOURCES)))]
    pub(crate) sources: Option<Vec<RawSource>>,
    /// The leave for the workers of a proxy to share fetched keys. Without it each fetches for itself.
    pub(crate) key_sharing: Option<RawSharing>,
    /// Whose tokens are taken, by the names that routes call them: 16 at most.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = crate::MAX_PROVIDERS), extend("propertyNames" = { "minLength": 1 })))]
    pub(crate) providers: BTreeMap<String, RawProvider>,
    /// Sets of API keys, by the names that routes call them: 16 at most, and 10,000 keys in all of them. No set has the
    /// name of a provider.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("maxProperties" = crate::MAX_API_KEY_SETS), extend("propertyNames" = { "minLength": 1 })))]
    pub(crate) api_keys: BTreeMap<String, RawApiKeys>,
    /// How long a request waits for keys.
    #[serde(default)]
    pub(crate) wait: RawWait,
}

/// Where a credential stands: exactly one of `header`, `cookie` and `query`.
#[derive(Debug, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema),
    schemars(
        rename = "Source",
        transform = contract::schema::exactly_one_of("header cookie query")
    )
)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    /// The name of a header, in any case. Not one that frames a message, nor `cookie`, `host` and `txn-token`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))]
    pub(crate) header: Option<String>,
    /// The word before the credential in the header, such as `Bearer`, compared without case (RFC 9110 §11.1). Where
    /// nothing is said, the whole value is the credential.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))]
    pub(crate) scheme: Option<String>,
    /// The name of a cookie (RFC 6265 §4.1.1).
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))]
    pub(crate) cookie: Option<String>,
    /// The name of a parameter of the query: letters, digits, `-`, `_` and `.`. URLs are logged by many.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::NAME)))]
    pub(crate) query: Option<String>,
}

/// Whose tokens, by which rules, under which keys.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Provider", transform = whose))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProvider {
    /// By which rules its tokens are read.
    pub(crate) kind: Profile,
    /// What `iss` of its tokens must be, to the byte (RFC 7519 §4.1.1). Needed for every kind but `jwt_svid`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) issuer: Option<String>,
    /// The SPIFFE trust domain of its tokens' subjects. Needed for `jwt_svid`, and for no other kind.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TRUST_DOMAIN)))]
    pub(crate) trust_domain: Option<String>,
    /// Of which `aud` must name one (RFC 7519 §4.1.3).
    #[cfg_attr(feature = "schema", schemars(length(min = 1), inner(length(min = 1))))]
    pub(crate) audiences: Vec<String>,
    /// The algorithms that its tokens may be signed with, the preferred first (RFC 8725 §3.1). `HS256` and its like
    /// with a `secret` and with nothing else.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) algorithms: Vec<Algorithm>,
    /// The keys that verify its tokens.
    pub(crate) keys: RawKeys,
    /// How far the clocks of the issuer and of the proxy may differ.
    #[serde(default)]
    pub(crate) leeway_seconds: RawLeeway,
    /// The longest time, in seconds, from `iat` to `exp` of a token. Where nothing is said, any.
    #[cfg_attr(feature = "schema", schemars(range(min = *crate::compile::LIFETIME_SECONDS.start(), max = *crate::compile::LIFETIME_SECONDS.end())))]
    pub(crate) max_lifetime_seconds: Option<u64>,
    /// Claims that a token must have, each with the values of which it has one: texts, booleans or numbers of at most
    /// 53 bits, 64 of them at most. An empty list takes any value. 32 claims at most.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "required_claims"))]
    pub(crate) required_claims: BTreeMap<String, Vec<StrictValue>>,
    /// Scopes that a token must have, all of them (RFC 6749 §3.3). Not for `id_token`, which has none.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = contract::schema::SCOPE))))]
    pub(crate) required_scopes: Vec<String>,
    /// Whose tokens are taken: 1 to 64 patterns of `sub`, in which `*` stands for any run of characters, each of 1 to
    /// 256 bytes. Without the list, everybody's.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = crate::compile::MAX_SUBJECTS), inner(length(min = 1, max = crate::pattern::MAX_PATTERN_BYTES))))]
    pub(crate) subjects: Option<Vec<String>>,
    /// Whether the service behind sees the token too. A route's `credential` goes before it.
    #[serde(default)]
    pub(crate) forward: bool,
}

/// Tokens of `jwt_svid` are of a trust domain, all others of an issuer.
#[cfg(feature = "schema")]
fn whose(schema: &mut schemars::Schema) {
    schema.insert("if".into(), serde_json::json!({ "properties": { "kind": { "const": "jwt_svid" } } }));
    schema.insert("then".into(), contract::schema::form("trust_domain", "issuer"));
    schema.insert("else".into(), contract::schema::form("issuer", "trust_domain"));
}

/// A set of API keys.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ApiKeys"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApiKeys {
    /// Where its keys stand in a request; nothing else may stand there.
    pub(crate) source: RawSource,
    /// The keys.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) keys: Vec<RawApiKey>,
    /// Whether the service behind sees the key too. A route's `credential` goes before it.
    #[serde(default)]
    pub(crate) forward: bool,
}

/// An API key, of which only the digest is written down.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ApiKey"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawApiKey {
    /// What stands before the `.` of the key, and in records: 1 to 64 letters, digits, `-` and `_`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$")))]
    pub(crate) id: String,
    /// SHA-256 of the whole key, as 64 digits of lower-case hex.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[0-9a-f]{64}$")))]
    pub(crate) sha256: String,
    /// Whom it stands for: the subject of its requests. 1 to 1,024 bytes.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = crate::MAX_CLAIM_BYTES)))]
    pub(crate) owner: String,
    /// What it may be used for (RFC 6749 §3.3).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(inner(regex(pattern = contract::schema::SCOPE))))]
    pub(crate) scopes: Vec<String>,
    /// From when it is good, in seconds since the epoch. Where nothing is said, from ever.
    #[cfg_attr(feature = "schema", schemars(range(max = jose::MAX_NUMERIC_DATE)))]
    pub(crate) not_before: Option<u64>,
    /// Until when it is good, in seconds since the epoch; after `not_before`. Where nothing is said, for ever.
    #[cfg_attr(feature = "schema", schemars(range(max = jose::MAX_NUMERIC_DATE)))]
    pub(crate) expires: Option<u64>,
}

/// How long a request waits for keys.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema, serde::Serialize), schemars(rename = "Wait"))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawWait {
    /// While the provider has no keys yet, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = *crate::compile::WAIT_MS.start(), max = *crate::compile::WAIT_MS.end())))]
    pub(crate) cold_keys_ms: u64,
    /// While a key that no set has is looked for, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = *crate::compile::WAIT_MS.start(), max = *crate::compile::WAIT_MS.end())))]
    pub(crate) unknown_key_ms: u64,
}

/// The values of a required claim are scalars.
#[cfg(feature = "schema")]
fn required_claims(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "object",
        "maxProperties": crate::required_claims::MAX_REQUIRED_CLAIMS,
        "additionalProperties": {
            "type": "array",
            "maxItems": crate::required_claims::MAX_REQUIRED_VALUES,
            "items": { "type": ["string", "boolean", "number"] },
        },
    })
}

impl Default for RawWait {
    /// A fetch inside of one region takes well under a second, and a client that waits longer gives up.
    fn default() -> Self {
        Self { cold_keys_ms: 1_000, unknown_key_ms: 1_000 }
    }
}
