//! A token and a key set, judged as a stage would.

use jose::{Algorithm, Compact, JoseError, KeySet, KeySetError, KeyUse, Ring};
use serde_json::{Value, json};

/// Every algorithm there is.
pub(crate) const OFFERED: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// Whether a key of the set `keys` signed `token`; the reason when it is refused.
pub(crate) fn judge(keys: &Value, token: &str) -> Result<(), &'static str> {
    // Both are read before either is refused: nothing may panic behind the other's error.
    let keys = KeySet::parse(keys.to_string().as_bytes(), KeyUse::Signature);
    let token = Compact::parse(token.as_bytes());
    let (keys, token) = (keys.map_err(KeySetError::reason)?, token.map_err(JoseError::reason)?);
    keys.verify_signature(&token, &OFFERED, &Ring).map_err(JoseError::reason)
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
