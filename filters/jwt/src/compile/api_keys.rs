//! Sets of API keys.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use contract::{ConfigError, CredentialKind, IdentityFacts, UnixTime};
use jose::MAX_NUMERIC_DATE;
use serde_json::{Map, Value};

use super::{Fields, source};
use crate::api_keys::{ApiKey, ApiKeys, MAX_API_KEYS, is_id, issuer_of_set};
use crate::claims::MAX_CLAIM_BYTES;
use crate::raw::{RawApiKey, RawApiKeys};
use crate::source::Source;

/// All sets, each with where its keys stand.
pub(super) fn all(
    raw: BTreeMap<String, RawApiKeys>,
    tokens: &[Source],
    fields: Fields<'_>,
) -> Result<Vec<(Source, Rc<ApiKeys>)>, ConfigError> {
    let count: usize = raw.values().map(|set| set.keys.len()).sum();
    if count > MAX_API_KEYS {
        return Err(fields.error("api_keys", format!("at most {MAX_API_KEYS} keys in all sets")));
    }
    let mut sets: Vec<(Source, Rc<ApiKeys>)> = Vec::new();
    for (name, raw) in raw {
        let RawApiKeys { source, keys, forward } = raw;
        let field = format!("api_keys.{name}");
        let at = format!("{field}.source");
        let source = source::one(source, &at, fields)?;
        let taken = tokens.iter().chain(sets.iter().map(|(source, _)| source));
        if taken.into_iter().any(|other| other.overlaps(&source)) {
            return Err(fields.error(&at, "other credentials stand there"));
        }
        let keys = set(&name, keys, &format!("{field}.keys"), fields)?;
        sets.push((source, Rc::new(ApiKeys { name, forward, keys })));
    }
    Ok(sets)
}

fn set(
    name: &str,
    raw: Vec<RawApiKey>,
    field: &str,
    fields: Fields<'_>,
) -> Result<HashMap<Box<str>, ApiKey>, ConfigError> {
    if raw.is_empty() {
        return Err(fields.error(field, "a set has one key at least"));
    }
    let mut keys = HashMap::new();
    for (index, raw) in raw.into_iter().enumerate() {
        let field = format!("{field}[{index}]");
        let id = raw.id.clone().into_boxed_str();
        let key = key(name, raw, &field, fields)?;
        if keys.insert(id, key).is_some() {
            return Err(fields.error(&format!("{field}.id"), "another key of the set has this id"));
        }
    }
    Ok(keys)
}

fn key(set: &str, raw: RawApiKey, field: &str, fields: Fields<'_>) -> Result<ApiKey, ConfigError> {
    let RawApiKey { id, sha256, owner, scopes, not_before, expires } = raw;
    let at = |name: &str| format!("{field}.{name}");
    if !is_id(&id) {
        return Err(fields.error(&at("id"), "1 to 64 letters, digits, `-` and `_`"));
    }
    let digest = digest(&sha256);
    let digest = digest.ok_or_else(|| fields.error(&at("sha256"), "64 digits of lower-case hex"))?;
    if !(1..=MAX_CLAIM_BYTES).contains(&owner.len()) {
        return Err(fields.error(&at("owner"), format!("1 to {MAX_CLAIM_BYTES} bytes")));
    }
    fields.scopes(&at("scopes"), &scopes)?;
    for (name, time) in [("not_before", not_before), ("expires", expires)] {
        if let Some(seconds) = time {
            fields.in_range(&at(name), seconds, &(0..=MAX_NUMERIC_DATE))?;
        }
    }
    if expires.is_some_and(|expires| expires <= not_before.unwrap_or_default()) {
        return Err(fields.error(&at("expires"), "the key would never be in force"));
    }
    let issuer = issuer_of_set(set);
    // What policies and the internal token read of any credential, an API key has as well.
    let claims = [("iss", issuer.as_str()), ("sub", &owner), ("api_key_id", &id)];
    let mut named = Map::new();
    named.extend(claims.map(|(name, text)| (name.to_owned(), Value::from(text))));
    let facts = IdentityFacts {
        provider: set.to_owned(),
        kind: CredentialKind::ApiKey,
        issuer,
        subject: owner,
        audience: Vec::new(),
        scopes,
        expires: expires.unwrap_or(MAX_NUMERIC_DATE),
        transaction: None,
        claims: named,
    };
    let [not_before, expires] = [not_before, expires].map(|time| time.map(UnixTime::from_seconds));
    Ok(ApiKey { digest, not_before, expires, facts, identity: OnceCell::new() })
}

/// The bytes that 64 digits of lower-case hex stand for: one spelling, so that a digest is found by its text.
fn digest(hex: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a')?.checked_add(10),
        _ => None,
    };
    let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> =
        pairs.iter().map(|[high, low]| Some(digit(*high)?.checked_shl(4)? | digit(*low)?)).collect();
    bytes.filter(|_| rest.is_empty())?.try_into().ok()
}
