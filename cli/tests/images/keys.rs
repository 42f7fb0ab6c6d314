//! Keys that are new in each run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

/// What stands before the point in a SubjectPublicKeyInfo of P-256 (RFC 5480 §2).
const INFO: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=";

/// A private key and its public half, in PEM.
pub(crate) fn pair() -> (String, String) {
    let random = SystemRandom::new();
    let private = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let pair =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, private.as_ref(), &random).unwrap();
    let info = [STANDARD.decode(INFO).unwrap().as_slice(), pair.public_key().as_ref()].concat();
    (pem("PRIVATE KEY", private.as_ref()), pem("PUBLIC KEY", &info))
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.collect::<Vec<_>>().join("\n"))
}
