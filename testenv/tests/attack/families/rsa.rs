//! RSA signatures (RFC 8017 §8.2.2): numbers out of range, other paddings and digests.

use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use testenv::issuer::{Algorithm, Key};

use crate::attack::Attack;
use crate::draft::decode;
use crate::forge::{Forge, by};

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let key = forge.own.key(Algorithm::Rs256);
    let draft = || forge.good_by(Algorithm::Rs256);
    let changed =
        |change: fn(Vec<u8>) -> Vec<u8>| draft().signed(move |input| change(by(key)(input))).token();
    let number = |last: u8| draft().signature([&[0; 255], &[last][..]].concat()).token();
    let modulus = decode(key.public_jwk()["n"].as_str().unwrap_or_default());
    let below_modulus = {
        let mut below = modulus.clone();
        below[255] -= 1;
        below
    };
    let padded = |encoding: &'static dyn RsaEncoding| draft().signed(sign(key, encoding)).token();
    [
        ("0", "the number 0", number(0)),
        ("1", "the number 1, which is its own power", number(1)),
        ("modulus", "the modulus itself", draft().signature(modulus).token()),
        ("modulus - 1", "the other root of 1", draft().signature(below_modulus).token()),
        ("all ones", "a number above the modulus", draft().signature([0xff; 256]).token()),
        ("empty", "no signature", draft().signature([]).token()),
        ("255 bytes", "the last byte is missing", changed(|signature| signature[..255].to_vec())),
        ("257 bytes", "a zero before it", changed(|signature| [&[0], &signature[..]].concat())),
        ("a byte more", "a zero behind it", changed(|signature| [&signature[..], &[0]].concat())),
        ("SHA-384", "signed by RS384, named RS256", padded(&RSA_PKCS1_SHA384)),
        ("SHA-512", "signed by RS512, named RS256", padded(&RSA_PKCS1_SHA512)),
        ("PSS", "signed by PS256, named RS256", padded(&RSA_PSS_SHA256)),
    ]
    .map(|(name, what, token)| Attack::token(name, what, &token, "signature_invalid"))
    .into()
}

fn sign(key: &Key, encoding: &'static dyn RsaEncoding) -> impl Fn(&[u8]) -> Vec<u8> {
    let document = PrivatePkcs8KeyDer::from_pem_slice(key.private_pem().as_bytes()).expect("it is PEM");
    let pair = RsaKeyPair::from_pkcs8(document.secret_pkcs8_der()).expect("it is an RSA key");
    move |input| {
        let mut signature = vec![0; pair.public().modulus_len()];
        let signed = pair.sign(encoding, &SystemRandom::new(), input, &mut signature);
        signed.expect("there are random numbers");
        signature
    }
}
