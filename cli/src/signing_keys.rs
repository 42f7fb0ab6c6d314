//! Keys that sign bundles and internal tokens, read from files.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bundle::Sha256;
use jose::SigningKey;
use serde_json::Value;

use crate::failure::Failure;

/// The members that the thumbprint of a key is over (RFC 7638 §3.2, RFC 8037 §2).
const MEMBERS: [&str; 4] = ["crv", "kty", "x", "y"];

/// The key in the file at `path` under the name `key_id`, which is its thumbprint where there is none.
pub(crate) fn load(path: &Path, key_id: Option<&str>) -> Result<SigningKey, Failure> {
    let pem = fs::read_to_string(path).map_err(|error| Failure::in_file(path, error))?;
    let named = |key_id: &str| {
        SigningKey::from_pkcs8_pem(&pem, key_id).map_err(|error| Failure::in_file(path, error))
    };
    match key_id {
        Some(key_id) => named(key_id),
        None => named(&thumbprint(&named("unnamed")?.public_jwk())),
    }
}

/// A name that follows from the key (RFC 7638 §3): its members in the order of their names, without spaces.
fn thumbprint(jwk: &Value) -> String {
    let members = MEMBERS.iter().filter_map(|name| Some((*name, jwk.get(name)?)));
    let members: BTreeMap<_, _> = members.collect();
    Sha256::of(serde_json::json!(members).to_string().as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RFC 8037 appendices A.2 and A.3.
    #[test]
    fn a_thumbprint_is_that_of_the_standard_whatever_the_key_is_called() {
        for key_id in ["a", "b"] {
            let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
            let jwk = json!({"kty": "OKP", "x": x, "use": "sig", "kid": key_id, "crv": "Ed25519"});
            assert_eq!(thumbprint(&jwk), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        }
    }

    #[test]
    fn a_thumbprint_is_over_both_coordinates() {
        let jwk = json!({"kty": "EC", "y": "Y", "x": "X", "crv": "P-256", "alg": "ES256"});
        let members = Sha256::of(br#"{"crv":"P-256","kty":"EC","x":"X","y":"Y"}"#);
        assert_eq!(thumbprint(&jwk), members.to_string());
    }
}
