//! A token and a key set, judged as a stage would.

use jose::{
    Algorithm, Compact, JoseError, KeySet, KeySetError, KeyUse, SecretEncoding, SecretError, Verifier,
    secret_key_set,
};
use serde_json::{Value, json};

/// Whether a key of the set `keys` signed `token` with one of `allowed`; the reason when it is refused.
pub(crate) fn judge(
    keys: &Value,
    token: &str,
    allowed: &[Algorithm],
    by: &dyn Verifier,
) -> Result<(), &'static str> {
    // Both are read before either is refused: nothing may panic behind the other's error.
    let keys = configured(keys);
    let token = Compact::parse(token.as_bytes());
    let (keys, token) = (keys?, token.map_err(JoseError::reason)?);
    keys.verify_signature(&token, allowed, by).map_err(JoseError::reason)
}

/// The set of the keys in `value`, which is a key, some keys, or a set already.
pub(crate) fn key_set(value: &Value) -> Value {
    if value.get("keys").is_some() {
        return value.clone();
    }
    let keys = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    json!({ "keys": keys })
}

/// The keys of a set, to be changed.
pub(crate) fn keys_mut(set: &mut Value) -> impl Iterator<Item = &mut serde_json::Map<String, Value>> {
    set["keys"].as_array_mut().unwrap().iter_mut().filter_map(Value::as_object_mut)
}

/// What an operator would make of `keys`: of one symmetric key, a secret for its algorithm; of all else, an
/// issuer's key set.
fn configured(keys: &Value) -> Result<KeySet, &'static str> {
    match keys["keys"].as_array().map(Vec::as_slice) {
        Some([only]) if only["kty"] == "oct" => secret(only).map_err(SecretError::reason),
        _ => KeySet::parse(keys.to_string().as_bytes(), KeyUse::Signature).map_err(KeySetError::reason),
    }
}

/// Wycheproof has a secret of equal bytes, which no operator could configure. Its tokens are judged all the
/// same.
#[expect(clippy::disallowed_methods, reason = "the secrets of published vectors are known anyway")]
fn secret(jwk: &Value) -> Result<KeySet, SecretError> {
    let algorithm = jwk["alg"].as_str().and_then(Algorithm::from_name);
    let bytes = SecretEncoding::Base64url.decode(jwk["k"].as_str().unwrap_or_default())?;
    match secret_key_set(&bytes, algorithm.as_slice()) {
        Err(SecretError::Uniform) => KeySet::from_secret(&bytes, algorithm.as_slice()),
        outcome => outcome,
    }
}
