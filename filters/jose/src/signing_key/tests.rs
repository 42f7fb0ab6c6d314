mod public_jwk;
mod signer;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
};
use serde_json::json;

use super::*;
use crate::{Compact, KeySet, KeyUse, Ring};

/// RFC 8410 §10.3 and §10.1: a key as OpenSSL writes it, without its public half, and that half.
const RFC_8410_PRIVATE: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const RFC_8410_PUBLIC: &str = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE";

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

fn p256_der() -> Vec<u8> {
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
    pkcs8.unwrap().as_ref().to_vec()
}

fn p256() -> SigningKey {
    SigningKey::from_pkcs8_pem(&pem(&p256_der()), "edge-1").unwrap()
}

fn ed25519() -> SigningKey {
    let der = STANDARD.decode(RFC_8410_PRIVATE).unwrap();
    SigningKey::from_pkcs8_pem(&pem(&der), "edge-1").unwrap()
}

fn claims() -> Map<String, Value> {
    Map::from_iter([("sub".to_owned(), json!("zoë"))])
}

/// Whether `token` says `claims` and is signed by the private half of `public`.
fn is_by(public: &Value, token: &str) -> bool {
    let set = KeySet::from_value(&json!({"keys": [public]}), KeyUse::Signature).unwrap();
    let compact = Compact::parse(token.as_bytes()).unwrap();
    assert_eq!(compact.key_id(), Some("edge-1"));
    let verified = set.verify(&compact, &[Algorithm::Es256, Algorithm::EdDsa], &Ring);
    verified.is_ok_and(|verified| verified.is_typ("txntoken+jwt") && verified.claims() == &claims())
}

#[test]
fn signs_what_its_public_half_verifies() {
    for (key, algorithm) in [(p256(), Algorithm::Es256), (ed25519(), Algorithm::EdDsa)] {
        assert_eq!(key.algorithm(), algorithm);
        assert!(is_by(&key.public_jwk(), &key.sign("txntoken+jwt", &claims()).unwrap()), "{algorithm:?}");
    }
    let other = p256().sign("txntoken+jwt", &claims()).unwrap();
    assert!(!is_by(&p256().public_jwk(), &other), "and no other does");
}

#[test]
fn the_public_half_of_a_key_that_came_without_is_the_right_one() {
    let expected = json!({
        "kty": "OKP", "crv": "Ed25519", "x": RFC_8410_PUBLIC,
        "use": "sig", "alg": "EdDSA", "kid": "edge-1",
    });
    assert_eq!(ed25519().public_jwk(), expected);
}

#[test]
fn reads_a_key_whose_line_breaks_became_spaces() {
    let pem = pem(&p256_der()).replace('\n', " ");
    assert!(SigningKey::from_pkcs8_pem(&pem, "k").is_ok());
}

/// A PKCS#8 structure of version 0 (RFC 5958 §2) around an algorithm and a key in DER.
fn pkcs8(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    let tagged = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).unwrap()], content].concat();
    let (algorithm, key) = (tagged(0x30, algorithm), tagged(4, key));
    tagged(0x30, &[&[2, 1, 0], algorithm.as_slice(), key.as_slice()].concat())
}

#[test]
fn refuses_keys_and_names_that_cannot_be_used() {
    use SigningKeyError::*;
    let random = SystemRandom::new();
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    let rsa = pkcs8(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00", b"key");
    let x25519 = pkcs8(b"\x06\x03\x2b\x65\x6e", &[7; 34]);
    let without_public_half = pkcs8(
        b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        &[b"\x30\x25\x02\x01\x01\x04\x20".as_slice(), &[7; 32]].concat(),
    );
    let mut public_half_of_another = p256_der();
    *public_half_of_another.last_mut().unwrap() ^= 1;
    let mut ed25519_of_another = Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref().to_vec();
    *ed25519_of_another.last_mut().unwrap() ^= 1;
    let good = pem(&p256_der());
    let labelled = |label: &str| good.replace("PRIVATE KEY", label);
    for (pem, id, error) in [
        (good.clone(), "", KeyIdMalformed),
        (good.clone(), "a\nb", KeyIdMalformed),
        (String::new(), "k", NotPem),
        ("secret".to_owned(), "k", NotPem),
        (format!("{good}{good}"), "k", NotPem),
        (format!("text\n{good}"), "k", NotPem),
        (good.replace("END PRIVATE", "END PUBLIC"), "k", NotPem),
        (labelled("SECRET"), "k", NotPem),
        (labelled("ENCRYPTED PRIVATE KEY"), "k", Encrypted),
        (labelled("EC PRIVATE KEY"), "k", NotPkcs8),
        (labelled("RSA PRIVATE KEY"), "k", NotPkcs8),
        (labelled("EC PARAMETERS"), "k", NotPkcs8),
        (labelled("PUBLIC KEY"), "k", Public),
        (labelled("CERTIFICATE"), "k", Public),
        (pem(b"not DER"), "k", NotPkcs8),
        (pem(&[p256_der(), vec![0]].concat()), "k", NotPkcs8),
        (pem(p384.as_ref()), "k", TypeUnfit),
        (pem(&rsa), "k", TypeUnfit),
        (pem(&x25519), "k", TypeUnfit),
        (pem(&without_public_half), "k", Unsound),
        (pem(&public_half_of_another), "k", Unsound),
        (pem(&ed25519_of_another), "k", Unsound),
        (pem(&pkcs8(b"\x06\x03\x2b\x65\x70", &[7; 3])), "k", Unsound),
    ] {
        assert_eq!(SigningKey::from_pkcs8_pem(&pem, id).unwrap_err(), error, "{pem}");
    }
}

#[test]
fn shows_its_name_and_nothing_else() {
    for key in [p256(), ed25519()] {
        assert_eq!(format!("{key:?}"), r#"SigningKey { id: "edge-1", .. }"#);
    }
}
