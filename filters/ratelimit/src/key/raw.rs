//! Parts of keys as they are written: a word, or an object with one member.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;

use contract::HeaderName;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::address::{Client, DEFAULT_IPV6_PREFIX};
use super::part::KeyPart;

/// Addresses of `x-forwarded-for` from the right: more proxies than stand before any service.
const FROM_RIGHT: RangeInclusive<usize> = 1..=16;

/// Bits of an IPv6 address that can name a client: a provider's whole network, to one address.
const IPV6_PREFIX: RangeInclusive<u8> = 32..=128;

/// Bytes of the name of a constant.
const NAME_BYTES: RangeInclusive<usize> = 1..=64;

/// Bytes of a constant, as of every value.
const VALUE_BYTES: RangeInclusive<usize> = 1..=1_024;

/// A part of a key, not yet checked.
#[derive(Debug)]
pub(crate) enum RawKeyPart {
    Word(Word),
    Object(Object),
}

/// A part of a key that needs nothing said about it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "KeyWord"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// The subject of the verified credential (`sub`), together with who vouches for it.
    Subject,
    /// Who vouches for the verified credential (`iss`).
    Issuer,
    /// The SPIFFE ID of the workload on the other end of the connection, verified by mutual TLS.
    Workload,
    /// The id of the verified API key.
    ApiKey,
    /// The name of the route.
    Route,
    /// The method of the request.
    Method,
    /// The address of the client, as the proxy knows it; of an IPv6 address the first 64 bits.
    ClientAddress,
}

/// A part of a key that needs something said about it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "KeyObject"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Object {
    /// A claim of the verified credential, by its name.
    Claim(#[cfg_attr(feature = "schema", schemars(length(min = 1)))] String),
    /// A header of the request, by its name: the client's own word.
    Header(#[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))] String),
    /// The address of the client.
    ClientAddress(RawClient),
    /// The same for all requests: a name and a value, for the rules of an engine.
    Constant(RawConstant),
}

/// Which address of the client counts, and how much of it.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClientAddress"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawClient {
    /// The place in `x-forwarded-for`, from the right, 1 to 16: as many as there are trusted proxies before this one. The
    /// address of the connection's other end, as the proxy knows it, where nothing is said.
    #[cfg_attr(feature = "schema", schemars(range(min = *FROM_RIGHT.start(), max = *FROM_RIGHT.end())))]
    from_right: Option<usize>,
    /// The bits of an IPv6 address that name a client.
    #[cfg_attr(feature = "schema", schemars(range(min = *IPV6_PREFIX.start(), max = *IPV6_PREFIX.end()), extend("default" = DEFAULT_IPV6_PREFIX)))]
    ipv6_prefix: Option<u8>,
}

/// A part of a key that is the same for all requests.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Constant"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawConstant {
    /// What an engine calls it, in 1 to 64 bytes.
    #[cfg_attr(feature = "schema", schemars(length(min = *NAME_BYTES.start(), max = *NAME_BYTES.end())))]
    name: String,
    /// The value, in 1 to 1,024 bytes.
    #[cfg_attr(feature = "schema", schemars(length(min = *VALUE_BYTES.start(), max = *VALUE_BYTES.end())))]
    value: String,
}

/// What is wrong with a part of a key: the field below it, and the message.
pub(crate) type Wrong = (&'static str, String);

impl RawKeyPart {
    /// The part, if it can be known of a request.
    pub(crate) fn compile(self) -> Result<KeyPart, Wrong> {
        match self {
            Self::Word(word) => Ok(word.into()),
            Self::Object(Object::Claim(name)) if name.is_empty() => {
                Err((".claim", "must not be empty".to_owned()))
            }
            Self::Object(Object::Claim(name)) => Ok(KeyPart::Claim(name)),
            Self::Object(Object::Header(name)) => header(&name).map(KeyPart::Header),
            Self::Object(Object::ClientAddress(raw)) => raw.compile().map(KeyPart::ClientAddress),
            Self::Object(Object::Constant(raw)) => raw.compile(),
        }
    }
}

impl From<Word> for KeyPart {
    fn from(word: Word) -> Self {
        match word {
            Word::Subject => Self::Subject,
            Word::Issuer => Self::Issuer,
            Word::Workload => Self::Workload,
            Word::ApiKey => Self::ApiKey,
            Word::Route => Self::Route,
            Word::Method => Self::Method,
            Word::ClientAddress => {
                Self::ClientAddress(Client { from_right: None, ipv6_prefix: DEFAULT_IPV6_PREFIX })
            }
        }
    }
}

fn header(name: &str) -> Result<HeaderName, Wrong> {
    HeaderName::new(name).map_err(|_| (".header", format!("`{name}` is no name of a header")))
}

impl RawClient {
    fn compile(self) -> Result<Client, Wrong> {
        let Self { from_right, ipv6_prefix } = self;
        let ipv6_prefix = ipv6_prefix.unwrap_or(DEFAULT_IPV6_PREFIX);
        if from_right.is_some_and(|place| !FROM_RIGHT.contains(&place)) {
            return Err((".client_address.from_right", within(&FROM_RIGHT)));
        }
        if !IPV6_PREFIX.contains(&ipv6_prefix) {
            return Err((".client_address.ipv6_prefix", within(&IPV6_PREFIX)));
        }
        Ok(Client { from_right: from_right.and_then(NonZeroUsize::new), ipv6_prefix })
    }
}

impl RawConstant {
    fn compile(self) -> Result<KeyPart, Wrong> {
        let Self { name, value } = self;
        if !NAME_BYTES.contains(&name.len()) {
            return Err((".constant.name", format!("{} bytes", within(&NAME_BYTES))));
        }
        if !VALUE_BYTES.contains(&value.len()) {
            return Err((".constant.value", format!("{} bytes", within(&VALUE_BYTES))));
        }
        Ok(KeyPart::Constant { name, value })
    }
}

fn within<T: fmt::Display>(range: &RangeInclusive<T>) -> String {
    format!("must be {} to {}", range.start(), range.end())
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for RawKeyPart {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "KeyPart".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A part of a key: a word, or an object with one member, such as `{ claim: tenant }`.",
            "anyOf": [generator.subschema_for::<Word>(), generator.subschema_for::<Object>()],
        })
    }
}

impl<'de> Deserialize<'de> for RawKeyPart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawKeyPartVisitor)
    }
}

struct RawKeyPartVisitor;

impl<'de> Visitor<'de> for RawKeyPartVisitor {
    type Value = RawKeyPart;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a key, such as `subject` or `{ claim: tenant }`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<RawKeyPart, E> {
        Word::deserialize(word.into_deserializer()).map(RawKeyPart::Word)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawKeyPart, A::Error> {
        Object::deserialize(MapAccessDeserializer::new(map)).map(RawKeyPart::Object)
    }
}
