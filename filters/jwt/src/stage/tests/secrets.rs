//! Tokens under a secret that is shared with the issuer.

use super::world::SECRET;
use super::*;
use crate::test_issuer::sign_hs256;

fn bench() -> Bench {
    let mut corp = provider("generic", json!({"secret": {"name": SECRET.0, "encoding": "text"}}));
    corp["algorithms"] = json!(["HS256"]);
    Bench::new(json!({"corp": corp}), any_of(&["corp"]))
}

#[test]
fn the_secret_and_no_other_makes_tokens() {
    let bench = bench();
    let secret = SECRET.1.as_bytes();
    let hs256 = json!({"alg": "HS256"});
    for (secret, header, claims, expected) in [
        (secret, hs256.clone(), claims(), "forwarded"),
        (secret, json!({"alg": "HS256", "kid": "any", "typ": "JWT"}), claims(), "forwarded"),
        (secret, hs256.clone(), with("aud", json!("other")), "audience_wrong"),
        (secret, json!({"alg": "HS256", "typ": "at+jwt"}), claims(), "type_wrong"),
        (secret, json!({"alg": "HS384"}), claims(), "algorithm_not_allowed"),
        (secret, json!({"alg": "EdDSA"}), claims(), "algorithm_not_allowed"),
        (secret, json!({"alg": "none"}), claims(), "algorithm_unknown"),
        (&secret[1..], hs256.clone(), claims(), "signature_invalid"),
        (b"", hs256.clone(), claims(), "signature_invalid"),
        (SECRET.0.as_bytes(), hs256, claims(), "signature_invalid"),
    ] {
        let token = sign_hs256(secret, &header, &claims);
        assert_eq!(reason(bench.ask(&token)), expected, "{header} {claims}");
    }
}

#[test]
fn a_public_key_is_no_secret() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("generic", &issuer), any_of(&["corp"]));
    let public = issuer.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
    let token = sign_hs256(public.as_bytes(), &json!({"alg": "HS256", "kid": "k"}), &claims());
    assert_eq!(reason(bench.ask(&token)), "algorithm_not_allowed");
}
