//! Which algorithms go with which kind of token, which keys and which proxy.

use super::*;
use crate::test_issuer::Issuer;

/// The provider `corp` of `kind`, which verifies `algorithm` with `keys`.
fn path(kind: &str, algorithm: &str, keys: &Value) -> Option<String> {
    let mut section = section();
    let corp = &mut section["providers"]["corp"];
    if kind == "jwt_svid" {
        corp.as_object_mut().unwrap().remove("issuer");
        corp["trust_domain"] = json!("example.test");
    }
    (corp["kind"], corp["algorithms"], corp["keys"]) = (json!(kind), json!([algorithm]), keys.clone());
    wrong(&section)
}

#[test]
fn each_algorithm_has_its_kinds_and_its_keys() {
    let remote = provider_at("x")["keys"].clone();
    let secret = json!({"secret": {"name": "OF_64", "encoding": "text"}});
    let algorithms = Some("jwt.providers.corp.algorithms".to_owned());
    for kind in ["access_token", "id_token", "generic", "jwt_svid"] {
        let svid = kind == "jwt_svid";
        for algorithm in
            ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
        {
            let refused = if svid && algorithm.starts_with("Ed") { algorithms.clone() } else { None };
            assert_eq!(path(kind, algorithm, &remote), refused, "{kind} {algorithm}");
            assert_eq!(path(kind, algorithm, &secret), algorithms, "{kind} {algorithm} with a secret");
        }
        for algorithm in ["HS256", "HS384", "HS512"] {
            let refused = if svid { algorithms.clone() } else { None };
            assert_eq!(path(kind, algorithm, &secret), refused, "{kind} {algorithm}");
            assert_eq!(path(kind, algorithm, &remote), algorithms, "{kind} {algorithm} without");
            let inline = json!({"inline": Issuer::new("k").jwks()});
            assert_eq!(path(kind, algorithm, &inline), algorithms, "{kind} {algorithm} with public keys");
        }
        assert_eq!(path(kind, "ES512", &remote), algorithms, "no proxy here verifies it");
        for unheard_of in ["none", "hs256", "RS1", "ES256K", ""] {
            let expected = algorithms.clone().map(|path| path + "[0]");
            assert_eq!(path(kind, unheard_of, &remote), expected, "{kind} {unheard_of}");
        }
    }
}

#[test]
fn a_secret_is_in_the_environment_and_as_long_as_its_hash() {
    for (name, algorithm, encoding, expected) in [
        ("OF_32", "HS256", "text", None),
        ("OF_64", "HS512", "text", None),
        ("OF_64", "HS256", "base64url", None),
        ("OF_31", "HS256", "text", Some("jwt.providers.corp.keys.secret")),
        ("OF_32", "HS384", "text", Some("jwt.providers.corp.keys.secret")),
        ("OF_32", "HS256", "base64url", Some("jwt.providers.corp.keys.secret")),
        ("ABSENT", "HS256", "text", Some("jwt.providers.corp.keys.secret.name")),
        ("OF_32", "HS256", "hex", Some("jwt.providers.corp.keys.secret.encoding")),
    ] {
        let keys = json!({"secret": {"name": name, "encoding": encoding}});
        assert_eq!(path("generic", algorithm, &keys).as_deref(), expected, "{name} {algorithm} {encoding}");
    }
}
