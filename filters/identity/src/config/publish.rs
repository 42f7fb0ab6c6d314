//! `identity.publish`: the edge tells who asks which keys it signs with.

use contract::{Compile, ConfigError, HeaderValue, Section};
use jose::{PublicJwk, StrictValue};
use serde::Deserialize;
use serde_json::json;

use super::signing_key::RawSigningKey;
use crate::publish::Publish;
use crate::signature;

/// A day: longer than that no rotation waits for whoever keeps the document.
const MAX_AGE_SECONDS: u64 = 86_400;

/// The edge, for its keys: answers every request with the key set that its tokens are verified by.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Publish"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawPublish {
    /// The key that signs now.
    active: RawPublished,
    /// The key that will, so that everybody knows it before it signs.
    next: Option<RawPublished>,
    /// The key that has, while what it has signed is under way.
    previous: Option<RawPublished>,
    /// How long whoever has fetched the key set may keep it, in seconds (`max-age`, RFC 9111 §5.2.2.1).
    #[serde(default = "default_max_age_seconds")]
    #[cfg_attr(feature = "schema", schemars(range(max = MAX_AGE_SECONDS)))]
    max_age_seconds: u64,
}

/// A key of ours, by `secret` and `id`; or the public half of one that is not here, as `jwk`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PublishedKey", transform = contract::schema::either("secret id", "jwk", "")))]
#[serde(deny_unknown_fields)]
struct RawPublished {
    /// The name of a variable in the VM's environment that holds the private key (PKCS#8, PEM); never the key itself.
    secret: Option<String>,
    /// What it is called: `kid`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    id: Option<String>,
    /// A public key (RFC 7517 §4).
    #[cfg_attr(feature = "schema", schemars(schema_with = "jwk", default))]
    jwk: Option<StrictValue>,
}

/// What is in a key, [`PublicJwk`] says.
#[cfg(feature = "schema")]
fn jwk(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": ["object", "null"] })
}

/// A key and the field that names it.
struct Published {
    field: &'static str,
    key: PublicJwk,
}

const fn default_max_age_seconds() -> u64 {
    60
}

impl RawPublish {
    pub(super) fn compile(self, section: &Section<'_>, with: &Compile<'_>) -> Result<Publish, ConfigError> {
        let Self { active, next, previous, max_age_seconds } = self;
        if max_age_seconds > MAX_AGE_SECONDS {
            let message = format!("must be 0 to {MAX_AGE_SECONDS}");
            return Err(section.error("publish.max_age_seconds", message));
        }
        let named = [("previous", previous), ("active", Some(active)), ("next", next)];
        let mut keys: Vec<Published> = Vec::new();
        for (field, raw) in named.into_iter().filter_map(|(field, raw)| Some((field, raw?))) {
            let published = Published { field, key: raw.load(field, section, with)? };
            published.check_beside(&keys, section)?;
            keys.push(published);
        }
        let members: Vec<_> = keys.iter().map(|published| published.key.members()).collect();
        let max_age = HeaderValue::new(format!("max-age={max_age_seconds}"))
            .map_err(|_| section.error("publish.max_age_seconds", "is no header value"))?;
        Ok(Publish::new(json!({ "keys": members }).to_string(), max_age))
    }
}

impl RawPublished {
    fn load(
        self,
        field: &str,
        section: &Section<'_>,
        with: &Compile<'_>,
    ) -> Result<PublicJwk, ConfigError> {
        let field = format!("publish.{field}");
        let (at, jwk) = match (self.secret, self.id, self.jwk) {
            (Some(secret), Some(id), None) => {
                let key = RawSigningKey { secret, id }.load(&field, section, with)?;
                (field, key.public_jwk())
            }
            (None, None, Some(StrictValue(jwk))) => (format!("{field}.jwk"), jwk),
            _ => return Err(section.error(&field, "is `{ secret: NAME, id: KID }` or `{ jwk: KEY }`")),
        };
        PublicJwk::read(&jwk, &signature::ALGORITHMS).map_err(|error| section.error(&at, error))
    }
}

impl Published {
    /// Of two keys with one name, a sidecar could not tell which is meant; one key under two names would be
    /// a rotation that replaces nothing.
    fn check_beside(&self, others: &[Self], section: &Section<'_>) -> Result<(), ConfigError> {
        let Self { field, key } = self;
        let refuse = |message: String| Err(section.error(&format!("publish.{field}"), message));
        for other in others {
            if other.key.id() == key.id() {
                return refuse(format!("has the name `{}`, as `{}` has", key.id(), other.field));
            }
            if other.key.is_key_of(key) {
                return refuse(format!("is the same key as `{}`", other.field));
            }
        }
        Ok(())
    }
}
