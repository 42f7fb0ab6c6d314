use super::*;
use crate::Ring;
use crate::base64url;
use crate::test_keys::{EdDsaIssuer, Es256Issuer, RFC_7515_RS256_JWK, RFC_7515_RS256_TOKEN};
use Algorithm::{EdDsa, Es256, Ps256, Rs256, Rs512};
use serde_json::json;

const ALL: [Algorithm; 13] = Algorithm::ALL;

fn set(keys: Value) -> Result<KeySet, KeySetError> {
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes(), KeyUse::Signature)
}

fn verify(set: &KeySet, token: &str, allowed: &[Algorithm]) -> Result<Verified, JoseError> {
    set.verify(&Compact::parse(token.as_bytes()).unwrap(), allowed, &Ring)
}

fn rsa_jwk() -> Value {
    serde_json::from_str(RFC_7515_RS256_JWK).unwrap()
}

/// The last byte of the signature, flipped; still canonical base64url.
fn tampered(token: &str) -> String {
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let mut signature = base64url::decode(signature).unwrap();
    *signature.last_mut().unwrap() ^= 1;
    format!("{signing_input}.{}", base64url::encode(signature))
}

#[test]
fn verifies_each_algorithm_and_refuses_a_changed_signature() {
    let (es, ed) = (Es256Issuer::new("es"), EdDsaIssuer::new("ed"));
    let set = set(json!([es.jwk(), ed.jwk(), rsa_jwk()])).unwrap();
    let claims = json!({"sub": "alice"});
    for (token, algorithm) in [
        (es.sign(&json!({"alg": "ES256", "kid": "es"}), &claims), Es256),
        (ed.sign(&json!({"alg": "EdDSA", "kid": "ed"}), &claims), EdDsa),
        (ed.sign(&json!({"alg": "Ed25519", "kid": "ed"}), &claims), EdDsa),
        (RFC_7515_RS256_TOKEN.to_owned(), Rs256),
    ] {
        assert_eq!(verify(&set, &token, &ALL).unwrap().algorithm(), algorithm);
        let changed = verify(&set, &tampered(&token), &ALL);
        assert_eq!(changed.unwrap_err(), JoseError::SignatureInvalid, "{algorithm:?}");
        let others: Vec<_> = ALL.into_iter().filter(|other| *other != algorithm).collect();
        assert_eq!(verify(&set, &token, &others).unwrap_err(), JoseError::AlgorithmNotAllowed);
    }
}

#[test]
fn says_which_key_is_missing_or_of_another_algorithm() {
    let (es, ed) = (Es256Issuer::new("es"), EdDsaIssuer::new("ed"));
    let set = set(json!([es.jwk()])).unwrap();
    let claims = json!({});
    for (token, error) in [
        (es.sign(&json!({"alg": "ES256", "kid": "new"}), &claims), JoseError::UnknownKey),
        (es.sign(&json!({"alg": "ES256", "kid": "ES"}), &claims), JoseError::UnknownKey),
        (ed.sign(&json!({"alg": "EdDSA", "kid": "es"}), &claims), JoseError::KeyMismatch),
        (ed.sign(&json!({"alg": "EdDSA"}), &claims), JoseError::UnknownKey),
        (
            Es256Issuer::new("es").sign(&json!({"alg": "ES256", "kid": "es"}), &claims),
            JoseError::SignatureInvalid,
        ),
    ] {
        assert_eq!(verify(&set, &token, &ALL).unwrap_err(), error);
    }
}

#[test]
fn refuses_signatures_that_no_key_makes() {
    let es = Es256Issuer::new("es");
    let set = set(json!([es.jwk(), rsa_jwk()])).unwrap();
    let token = es.sign(&json!({"alg": "ES256"}), &json!({}));
    let (signing_input, _) = token.rsplit_once('.').unwrap();
    let long = vec![1; 9_000];
    for signature in [[].as_slice(), &[0; 64], &[0; 63], &[0xff; 64], &[0x30; 70], &long] {
        let forged = format!("{signing_input}.{}", base64url::encode(signature));
        assert_eq!(verify(&set, &forged, &ALL).unwrap_err(), JoseError::SignatureInvalid);
    }
}

#[test]
fn a_token_without_key_id_is_verified_only_where_one_key_can_be_meant() {
    let (es, other, ed) = (Es256Issuer::new("1"), Es256Issuer::new("2"), EdDsaIssuer::new("3"));
    let token = es.sign(&json!({"alg": "ES256"}), &json!({}));
    let mut unnamed = es.jwk();
    unnamed.as_object_mut().unwrap().remove("kid");
    for (keys, wanted) in [
        (json!([es.jwk()]), Ok(())),
        (json!([ed.jwk(), es.jwk(), rsa_jwk()]), Ok(())),
        (json!([unnamed, unnamed]), Ok(())),
        (json!([other.jwk()]), Err(JoseError::SignatureInvalid)),
        (json!([ed.jwk()]), Err(JoseError::UnknownKey)),
        (json!([es.jwk(), other.jwk()]), Err(JoseError::KeyAmbiguous)),
        (json!([unnamed, other.jwk()]), Err(JoseError::KeyAmbiguous)),
    ] {
        let found = set(keys.clone()).unwrap();
        assert_eq!(verify(&found, &token, &ALL).map(drop), wanted, "{keys}");
    }
}

#[test]
fn refuses_signed_claims_that_can_be_read_in_two_ways() {
    let es = Es256Issuer::new("es");
    let set = set(json!([es.jwk()])).unwrap();
    let token = es.sign_text(r#"{"alg":"ES256"}"#, r#"{"sub":"a","sub":"b"}"#);
    assert_eq!(verify(&set, &token, &ALL).unwrap_err(), JoseError::ClaimsMalformed);
    assert_eq!(set.verify_signature(&Compact::parse(token.as_bytes()).unwrap(), &ALL, &Ring), Ok(()));
}

#[test]
fn leaves_out_bad_keys_and_keeps_good_ones() {
    let es = Es256Issuer::new("es");
    let mut keys = vec![json!({"kty": "EC", "crv": "P-999", "kid": "bad"}); 50];
    keys.extend([es.jwk(), es.jwk(), json!(null)]);
    let set = set(json!(keys)).unwrap();
    assert_eq!((set.len(), set.skipped()), (1, 51));
}

#[test]
fn refuses_documents_that_cannot_be_trusted() {
    use KeySetError::*;
    let (one, other) = (Es256Issuer::new("k").jwk(), Es256Issuer::new("k").jwk());
    let oct = json!({"kty": "oct", "k": "AAAA", "kid": "k"});
    for (keys, error) in [
        (json!([]), NoUsableKey),
        (json!([{"kty": "RSA"}]), NoUsableKey),
        (json!({}), Malformed),
        (json!([one, other]), Conflicting),
        (json!([one, oct]), Symmetric),
        (json!([one, {"kty": "oct"}]), Symmetric),
        (json!(vec![one; MAX_KEYS + 1]), TooManyKeys),
    ] {
        assert_eq!(set(keys).unwrap_err(), error);
    }
    for (document, error) in [
        ("", Malformed),
        ("{}", Malformed),
        ("[]", Malformed),
        ("<html>", Malformed),
        (r#"{"keys":[]"#, Malformed),
        (r#"{"keys":[],"keys":[]}"#, Malformed),
        (r#"{"keys":[{"kty":"EC","kty":"oct"}]}"#, Malformed),
    ] {
        assert_eq!(
            KeySet::parse(document.as_bytes(), KeyUse::Signature).unwrap_err(),
            error,
            "{document:?}"
        );
    }
    assert_eq!(KeySet::parse(&vec![b' '; MAX_KEY_SET_BYTES + 1], KeyUse::Signature).unwrap_err(), TooLong);
}

#[test]
fn an_rsa_key_is_for_what_it_names_or_else_for_what_the_configuration_prefers() {
    let named = |name: &str| {
        let mut jwk = rsa_jwk();
        jwk["alg"] = json!(name);
        jwk
    };
    for (keys, allowed, outcome) in [
        (json!([rsa_jwk()]), [Rs256, Ps256].as_slice(), Ok(())),
        (json!([rsa_jwk()]), &[Es256, Rs256, Ps256], Ok(())),
        (json!([rsa_jwk()]), &[Ps256, Rs256], Err(JoseError::UnknownKey)),
        (json!([rsa_jwk()]), &[Rs512, Rs256], Err(JoseError::UnknownKey)),
        (json!([named("RS256")]), &[Ps256, Rs256], Ok(())),
        (json!([named("PS256")]), &[Rs256, Ps256], Err(JoseError::UnknownKey)),
        (json!([named("PS256"), named("RS256")]), &[Ps256, Rs256], Ok(())),
        (json!([rsa_jwk(), named("RS256")]), &[Ps256, Rs256], Ok(())),
        (json!([rsa_jwk(), named("RS256")]), &[Rs256, Ps256], Err(JoseError::KeyAmbiguous)),
    ] {
        let set = set(keys.clone()).unwrap();
        assert_eq!(verify(&set, RFC_7515_RS256_TOKEN, allowed).map(drop), outcome, "{keys} {allowed:?}");
    }
}

#[test]
fn a_key_id_may_name_one_key_of_a_type_only() {
    use KeySetError::Conflicting;
    let with = |mut jwk: Value, name: &str, value: &str| {
        jwk[name] = json!(value);
        jwk
    };
    let (one, other) = (with(rsa_jwk(), "kid", "k"), with(with(rsa_jwk(), "kid", "k"), "e", "Aw"));
    let coordinate = base64url::encode([7; 48]);
    let p384 = json!({"kty": "EC", "crv": "P-384", "x": coordinate, "y": coordinate, "kid": "k"});
    for (keys, outcome) in [
        (json!([one, other]), Err(Conflicting)),
        (json!([with(one.clone(), "alg", "RS256"), with(other.clone(), "alg", "PS256")]), Err(Conflicting)),
        (json!([Es256Issuer::new("k").jwk(), p384]), Err(Conflicting)),
        (json!([with(one.clone(), "alg", "RS256"), with(one.clone(), "alg", "PS256")]), Ok(2)),
        (json!([one, p384, EdDsaIssuer::new("k").jwk()]), Ok(3)),
        (json!([one, with(other.clone(), "use", "enc")]), Ok(1)),
        (json!([one, with(other.clone(), "kid", "other")]), Ok(2)),
    ] {
        assert_eq!(set(keys.clone()).map(|set| set.len()), outcome, "{keys}");
    }
}

#[test]
fn the_same_key_id_may_name_keys_of_several_types() {
    let (es, ed) = (Es256Issuer::new("k"), EdDsaIssuer::new("k"));
    let set = set(json!([es.jwk(), ed.jwk()])).unwrap();
    let token = ed.sign(&json!({"alg": "EdDSA", "kid": "k"}), &json!({}));
    assert!(verify(&set, &token, &ALL).is_ok());
}
