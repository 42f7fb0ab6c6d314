use super::*;
use crate::test_keys::{
    RFC_7515_HS256_KEY, RFC_7515_HS256_TOKEN, RFC_7515_RS256_JWK, RFC_7515_RS256_TOKEN,
};
use crate::{Compact, JoseError, KeyUse, Ring};
use Algorithm::{Hs256, Hs384, Hs512, Rs256};
use ring::hmac;
use serde_json::{from_str, json};

/// Sixty-four bytes that differ.
fn secret() -> Vec<u8> {
    (0..64).collect()
}

fn sign(header: &str, with: hmac::Algorithm) -> String {
    let signing_input = format!("{}.{}", base64url::encode(header), base64url::encode("{}"));
    let tag = hmac::sign(&hmac::Key::new(with, &secret()), signing_input.as_bytes());
    format!("{signing_input}.{}", base64url::encode(tag))
}

fn verify(set: &KeySet, token: &str, allowed: &[Algorithm]) -> Result<(), JoseError> {
    set.verify_signature(&Compact::parse(token.as_bytes()).unwrap(), allowed, &Ring)
}

#[test]
fn verifies_what_the_secret_has_made_whatever_key_the_token_names() {
    let all = [Hs256, Hs384, Hs512];
    let set = secret_key_set(&secret(), &all).unwrap();
    for (header, with, algorithm) in [
        (r#"{"alg":"HS256"}"#, hmac::HMAC_SHA256, Hs256),
        (r#"{"alg":"HS384","kid":"a"}"#, hmac::HMAC_SHA384, Hs384),
        (r#"{"alg":"HS512","kid":"b"}"#, hmac::HMAC_SHA512, Hs512),
    ] {
        let token = sign(header, with);
        assert_eq!(verify(&set, &token, &all), Ok(()), "{header}");
        let others: Vec<_> = all.into_iter().filter(|other| *other != algorithm).collect();
        assert_eq!(verify(&set, &token, &others), Err(JoseError::AlgorithmNotAllowed));
        let without = secret_key_set(&secret(), &others).unwrap();
        assert_eq!(verify(&without, &token, &all), Err(JoseError::UnknownKey));
        let (signing_input, _) = token.rsplit_once('.').unwrap();
        let changed = format!("{signing_input}.{}", base64url::encode([0; 64]));
        assert_eq!(verify(&set, &changed, &all), Err(JoseError::SignatureInvalid));
    }
}

#[test]
fn secrets_and_public_keys_never_stand_in_for_each_other() {
    let public = json!({"keys": [from_str::<serde_json::Value>(RFC_7515_RS256_JWK).unwrap()]});
    let public = KeySet::from_value(&public, KeyUse::Signature).unwrap();
    let secret = secret_key_set(&secret(), &[Hs256]).unwrap();
    let all = Algorithm::ALL;
    assert_eq!(verify(&public, RFC_7515_HS256_TOKEN, &all), Err(JoseError::UnknownKey));
    assert_eq!(verify(&secret, RFC_7515_RS256_TOKEN, &all), Err(JoseError::UnknownKey));
    assert_eq!(verify(&public, RFC_7515_RS256_TOKEN, &all), Ok(()));
}

#[test]
fn refuses_secrets_that_could_be_guessed() {
    use SecretError::*;
    let published = base64url::decode(RFC_7515_HS256_KEY).unwrap();
    for (secret, algorithms, error) in [
        (secret(), [].as_slice(), NoAlgorithm),
        (secret(), &[Hs256, Rs256], Asymmetric(Rs256)),
        (secret()[..31].to_vec(), &[Hs256], TooShort(Hs256)),
        (secret()[..47].to_vec(), &[Hs384, Hs256], TooShort(Hs384)),
        (secret()[..63].to_vec(), &[Hs256, Hs512], TooShort(Hs512)),
        (vec![], &[Hs256], TooShort(Hs256)),
        (vec![b'x'; 64], &[Hs256], Uniform),
        (published, &[Hs256], Leaked),
        (RFC_7515_HS256_KEY.into(), &[Hs256], Leaked),
    ] {
        assert_eq!(secret_key_set(&secret, algorithms).unwrap_err(), error);
    }
    assert!(secret_key_set(&secret()[..32], &[Hs256]).is_ok());
}

#[test]
fn decodes_as_it_is_told() {
    use SecretEncoding::{Base64url, Text};
    for (encoding, text, bytes) in [
        (Text, "c2VjcmV0", Ok(b"c2VjcmV0".to_vec())),
        (Text, "a\n", Ok(b"a\n".to_vec())),
        (Base64url, "c2VjcmV0", Ok(b"secret".to_vec())),
        (Base64url, "c2VjcmV0\n", Err(SecretError::NotBase64url)),
        (Base64url, "c2VjcmU=", Err(SecretError::NotBase64url)),
        (Base64url, "+/+/", Err(SecretError::NotBase64url)),
    ] {
        assert_eq!(encoding.decode(text), bytes, "{text:?}");
    }
    let named = |name: &str| serde_json::from_value::<SecretEncoding>(name.into()).ok();
    assert_eq!((named("text"), named("base64url")), (Some(Text), Some(Base64url)));
    assert_eq!(named("base64"), None);
}

#[test]
fn is_not_shown() {
    let set = secret_key_set(b"0123456789abcdef0123456789ABCDEF", &[Hs256]).unwrap();
    let shown = format!("{set:?}");
    assert!(shown.contains("Secret(..)") && !shown.contains("48, 49"), "{shown}");
}
