//! Keys of every type that a provider may have, to sign tokens for tests with.

use std::fs;
use std::path::Path;

use jose::Algorithm;
use ring::rand::SystemRandom;
use ring::rsa;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512,
    RsaEncoding,
};

use crate::failure::Failure;

/// A key and what it signs with.
pub(super) struct Signer {
    key: Key,
    algorithm: Algorithm,
}

enum Key {
    Rsa(rsa::KeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl Signer {
    /// The key in the file at `path`, to sign with `wanted` where something is.
    pub(super) fn load(path: &Path, wanted: Option<Algorithm>) -> Result<Self, Failure> {
        let pem = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
        let (label, pkcs8) =
            pem_rfc7468::decode_vec(&pem).map_err(|error| Failure::in_file(path, error))?;
        if label != "PRIVATE KEY" {
            let message =
                "it is no unencrypted PKCS#8: `openssl pkcs8 -topk8 -nocrypt` makes one of a private key";
            return Err(Failure::in_file(path, message));
        }
        let unfit =
            || Failure::in_file(path, "the key is none of RSA (2048 bits or more), P-256, P-384, Ed25519");
        let key = Key::read(&pkcs8).ok_or_else(unfit)?;
        let algorithm = wanted.unwrap_or_else(|| key.usual());
        match key.signs(algorithm) {
            true => Ok(Self { key, algorithm }),
            false => {
                let (wanted, usual) = (algorithm.name(), key.usual().name());
                Err(Failure::in_file(path, format_args!("the key signs with {usual}, not with {wanted}")))
            }
        }
    }

    /// Whether some key signs with it here.
    pub(super) const fn makes(algorithm: Algorithm) -> bool {
        !algorithm.is_symmetric() && !matches!(algorithm, Algorithm::Es512)
    }

    /// What it signs with.
    pub(super) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// A signature in the form of JOSE.
    pub(super) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, Failure> {
        let random = SystemRandom::new();
        let signature = match &self.key {
            Key::Rsa(key) => self.sign_rsa(key, input),
            Key::P256(key) | Key::P384(key) => {
                key.sign(&random, input).ok().map(|signature| signature.as_ref().to_vec())
            }
            Key::Ed25519(key) => Some(key.sign(input).as_ref().to_vec()),
        };
        signature.ok_or_else(|| Failure::found("no randomness"))
    }

    fn sign_rsa(&self, key: &rsa::KeyPair, input: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; key.public().modulus_len()];
        let encoding = rsa_encoding(self.algorithm)?;
        key.sign(encoding, &SystemRandom::new(), input, &mut signature).ok()?;
        Some(signature)
    }
}

impl Key {
    fn read(pkcs8: &[u8]) -> Option<Self> {
        let ecdsa = |kind| EcdsaKeyPair::from_pkcs8(kind, pkcs8, &SystemRandom::new()).ok();
        let ed25519 = || Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8).ok().map(Self::Ed25519);
        let rsa = || rsa::KeyPair::from_pkcs8(pkcs8).ok().map(Self::Rsa);
        ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map(Self::P256)
            .or_else(|| ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Self::P384))
            .or_else(ed25519)
            .or_else(rsa)
    }

    /// What it signs with where nobody says.
    const fn usual(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::P256(_) => Algorithm::Es256,
            Self::P384(_) => Algorithm::Es384,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn signs(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(_) => rsa_encoding(algorithm).is_some(),
            Self::P256(_) | Self::P384(_) | Self::Ed25519(_) => algorithm == self.usual(),
        }
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => None,
        Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512 => None,
    }
}
