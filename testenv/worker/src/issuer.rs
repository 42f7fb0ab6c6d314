//! Who signs: the same keys and, by deterministic signatures, the same tokens in every run.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// When everything happens, in seconds since the epoch.
pub const NOW: u64 = 1_800_000_000;

/// Made with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`, for this test alone. The other keys
/// are made of a number each.
const RSA_PEM: &str = include_str!("keys/issuer-rsa.pem");

/// Seeds of the other keys; any will do.
const ISSUER_EC: u8 = 3;
const ISSUER_ED: u8 = 5;
const EDGE: u8 = 7;
const BUNDLES: u8 = 9;

/// RFC 5958 §2 and RFC 5915 §3 in DER: what stands before the 32 bytes of a private key on P-256, and between those and
/// its public half.
const PKCS8_PREFIX: &[u8] = &[
    0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01,
    0x04, 0x20,
];
const PKCS8_INFIX: &[u8] = &[0xa1, 0x44, 0x03, 0x42, 0x00];

/// RFC 8410 §7: what stands in front of the 32 bytes of a key on Ed25519.
const PKCS8_ED25519: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// What a token is signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
    Es256,
    EdDsa,
}

/// The key with which the edge signs, as its environment has it.
pub fn edge_pem() -> String {
    let point = ec_key(EDGE).verifying_key().to_encoded_point(false);
    let der = [PKCS8_PREFIX, &[EDGE; 32], PKCS8_INFIX, point.as_bytes()].concat();
    pem(&der)
}

/// The private key in what [`edge_pem`] holds.
pub fn private_key(pkcs8: &[u8]) -> Option<SigningKey> {
    let scalar = pkcs8.strip_prefix(PKCS8_PREFIX)?.get(..32)?;
    SigningKey::from_slice(scalar).ok()
}

/// The public half, as the edge publishes it.
pub fn edge_jwk() -> Value {
    ec_jwk(EDGE, "edge-1")
}

/// Who signs bundles of policies: on Ed25519, so that a bundle is the same bytes in every run.
pub fn bundle_key() -> jose::SigningKey {
    let der = [PKCS8_ED25519, &[BUNDLES; 32]].concat();
    jose::SigningKey::from_pkcs8_pem(&pem(&der), "policies-1").unwrap()
}

/// The keys of the issuer of users' tokens.
pub fn jwks() -> Value {
    let ed = Ed25519KeyPair::from_seed_unchecked(&[ISSUER_ED; 32]).unwrap();
    let rsa = rsa();
    let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(rsa.public());
    let numbers = json!({"kty": "RSA", "n": encode(&public.n), "e": encode(&public.e)});
    let point = json!({"kty": "OKP", "crv": "Ed25519", "x": encode(ed.public_key())});
    let keys = [
        named(numbers, Algorithm::Rs256.name(), "RS256"),
        ec_jwk(ISSUER_EC, "ES256"),
        named(point, Algorithm::EdDsa.name(), "EdDSA"),
    ];
    json!({"keys": keys})
}

/// The claims of a user who may read and buy, about as many as issuers write.
pub fn claims(subject: &str) -> Value {
    json!({
        "iss": "https://issuer.test", "sub": subject, "aud": ["shop-api"],
        "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 3600, "jti": format!("0e5f7a52-{subject}"),
        "client_id": "web", "azp": "web", "scope": "orders:read orders:write profile",
        "tenant": "north", "level": 2, "roles": ["reader", "buyer"], "groups": ["staff", "europe"],
        "name": "Zoe Example", "preferred_username": "zoe", "email": "zoe@shop.test", "email_verified": true,
    })
}

/// A token of a user.
pub fn token(algorithm: Algorithm, subject: &str) -> String {
    sign(algorithm, algorithm.name(), &claims(subject))
}

/// A token with any claims, under any name of a key.
pub fn sign(algorithm: Algorithm, key_id: &str, claims: &Value) -> String {
    let header = json!({"alg": algorithm.name(), "typ": "at+jwt", "kid": key_id});
    let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = algorithm.signature(input.as_bytes());
    format!("{input}.{}", encode(signature))
}

/// A token whose signature is that of another one.
pub fn forged(algorithm: Algorithm, subject: &str) -> String {
    let (other, token) = (token(algorithm, "other"), token(algorithm, subject));
    let (input, _) = token.rsplit_once('.').unwrap();
    format!("{input}.{}", other.rsplit('.').next().unwrap())
}

impl Algorithm {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }

    /// All three are functions of key and input: RFC 8017 §8.2, RFC 6979, RFC 8032.
    fn signature(self, input: &[u8]) -> Vec<u8> {
        match self {
            Self::Rs256 => rsa_signature(input),
            Self::Es256 => {
                let signature: p256::ecdsa::Signature = ec_key(ISSUER_EC).sign(input);
                signature.to_bytes().to_vec()
            }
            Self::EdDsa => {
                let pair = Ed25519KeyPair::from_seed_unchecked(&[ISSUER_ED; 32]).unwrap();
                pair.sign(input).as_ref().to_vec()
            }
        }
    }
}

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

fn rsa() -> RsaKeyPair {
    let body: String = RSA_PEM.lines().filter(|line| !line.starts_with("-----")).collect();
    RsaKeyPair::from_pkcs8(&STANDARD.decode(body).unwrap()).unwrap()
}

/// The random numbers blind the computation and do not reach the signature.
fn rsa_signature(input: &[u8]) -> Vec<u8> {
    let rsa = rsa();
    let mut signature = vec![0; rsa.public().modulus_len()];
    rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature).unwrap();
    signature
}

fn ec_key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn ec_jwk(seed: u8, id: &str) -> Value {
    let point = ec_key(seed).verifying_key().to_encoded_point(false);
    let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
    named(json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}), Algorithm::Es256.name(), id)
}

fn named(mut jwk: Value, algorithm: &str, id: &str) -> Value {
    jwk["alg"] = algorithm.into();
    jwk["use"] = "sig".into();
    jwk["kid"] = id.into();
    jwk
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
