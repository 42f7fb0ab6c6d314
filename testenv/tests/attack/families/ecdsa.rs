//! Signatures on curves: values that a careless verifier takes for any message (CVE-2022-21449,
//! CVE-2020-28042), and other forms and lengths (RFC 7518 §3.4, RFC 8032 §5.1.7).

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use testenv::issuer::{Algorithm, Key};

use crate::attack::{Attack, explained};
use crate::draft::decode;
use crate::forge::{Forge, by};
use crate::numbers::{ED25519_ORDER, P256_FIELD, P256_ORDER, plus};

const DIFFERENCES: [(&str, &str); 2] = [
    ("65 bytes", "splits at the half and drops the odd byte: a second token of one"),
    ("66 bytes", "splits at the half whatever the length: a second token of one"),
];

const ZERO: [u8; 32] = [0; 32];

fn one() -> [u8; 32] {
    let mut one = ZERO;
    one[31] = 1;
    one
}

/// Pairs of r and s that are outside of the range that SEC 1 §4.1.4 checks first, or mean nothing.
fn pairs() -> Vec<(&'static str, [u8; 32], [u8; 32])> {
    let (one, order) = (one(), P256_ORDER);
    vec![
        ("r = 0, s = 0", ZERO, ZERO),
        ("r = 0, s = 1", ZERO, one),
        ("r = 1, s = 0", one, ZERO),
        ("r = 1, s = 1", one, one),
        ("r = n, s = n", order, order),
        ("r = n, s = 1", order, one),
        ("r = 1, s = n", one, order),
        ("r = n + 1, s = n + 1", plus(order, one), plus(order, one)),
        ("r = p, s = p", P256_FIELD, P256_FIELD),
        ("r and s all ones", [0xff; 32], [0xff; 32]),
    ]
}

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (name, r, s) in pairs() {
        let token = forge.good().signature([r, s].concat()).token();
        attacks.push(Attack::token(name, "ES256 without a key", &token, "signature_invalid"));
    }
    let key = forge.own.key(Algorithm::Es256);
    let changed =
        |change: fn(Vec<u8>) -> Vec<u8>| forge.good().signed(move |input| change(by(key)(input))).token();
    for (name, what, token) in [
        ("DER", "an ES256 signature in the form that X.509 has", forge.good().signed(der(key)).token()),
        ("empty", "no signature", forge.good().signature([]).token()),
        ("r alone", "the first half", changed(|signature| signature[..32].to_vec())),
        ("63 bytes", "the last byte is missing", changed(|signature| signature[..63].to_vec())),
        ("65 bytes", "a byte more", changed(|signature| [&signature[..], &[0]].concat())),
        ("66 bytes", "a zero before each number", changed(zero_before_each)),
        ("96 bytes", "the length for P-384", changed(|signature| [&signature[..], &[0; 32]].concat())),
        ("twice", "the signature two times", changed(|signature| signature.repeat(2))),
        ("s before r", "the halves exchanged", changed(|s| [&s[32..], &s[..32]].concat())),
        ("bytes in reverse", "little-endian", changed(|s| s.into_iter().rev().collect())),
    ] {
        attacks.push(Attack::token(name, what, &token, "signature_invalid"));
    }
    let huge = forge.good().token();
    let huge = format!("{}.{}", huge.rsplit_once('.').expect("it has parts").0, "A".repeat(21_830));
    attacks.push(Attack::token(
        "21,830 characters",
        "overflowed a proxy's buffer",
        &huge,
        "token_too_long",
    ));
    let long = forge.good().signature([1; 9_000]).token();
    attacks.push(Attack::token(
        "12,000 characters",
        "as long as a token allows",
        &long,
        "signature_invalid",
    ));
    attacks.extend(ed25519(forge));
    explained(attacks, &DIFFERENCES)
}

/// DER (SEC 1 §C.5) instead of the fixed form of JOSE.
fn der(key: &Key) -> impl Fn(&[u8]) -> Vec<u8> {
    let document = PrivatePkcs8KeyDer::from_pem_slice(key.private_pem().as_bytes()).expect("it is PEM");
    let random = SystemRandom::new();
    let document = document.secret_pkcs8_der();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document, &random)
        .expect("it is a key on P-256");
    move |input| pair.sign(&random, input).expect("there are random numbers").as_ref().to_vec()
}

fn zero_before_each(signature: Vec<u8>) -> Vec<u8> {
    [&[0], &signature[..32], &[0], &signature[32..]].concat()
}

fn ed25519(forge: &Forge<'_>) -> Vec<Attack> {
    let draft = || forge.good_by(Algorithm::EdDsa);
    let key = forge.own.key(Algorithm::EdDsa);
    let changed =
        |change: fn(Vec<u8>) -> Vec<u8>| draft().signed(move |input| change(by(key)(input))).token();
    let point = decode(key.public_jwk()["x"].as_str().unwrap_or_default());
    let identity = one().into_iter().rev().collect::<Vec<_>>();
    let attacks = [
        ("Ed25519, zeros", "64 zeros", draft().signature([0; 64]).token()),
        (
            "Ed25519, R = identity, S = 0",
            "a point of small order",
            draft().signature([identity, ZERO.to_vec()].concat()).token(),
        ),
        (
            "Ed25519, R = public key, S = 0",
            "R that is public",
            draft().signature([point, ZERO.to_vec()].concat()).token(),
        ),
        ("Ed25519, S + L", "a second spelling of a good signature (RFC 8032 §8.4)", changed(plus_order)),
        ("Ed25519, 63 bytes", "the last byte is missing", changed(|signature| signature[..63].to_vec())),
        ("Ed25519, 65 bytes", "a byte more", changed(|signature| [&signature[..], &[0]].concat())),
        ("Ed25519, empty", "no signature", draft().signature([]).token()),
    ];
    attacks.map(|(name, what, token)| Attack::token(name, what, &token, "signature_invalid")).into()
}

/// S, which is little-endian, plus the order of the group.
fn plus_order(signature: Vec<u8>) -> Vec<u8> {
    let mut s: [u8; 32] = signature[32..].try_into().expect("it has 64 bytes");
    s.reverse();
    let mut sum = plus(s, ED25519_ORDER);
    sum.reverse();
    [&signature[..32], &sum].concat()
}
