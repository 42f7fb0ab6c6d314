//! `watchword key new`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pem_rfc7468::LineEnding;
use ring::pkcs8::Document;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};

use super::secret_output::write;
use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The curve: `p256` signs ES256, `ed25519` EdDSA.
    #[arg(long, value_enum, default_value_t = Curve::P256)]
    curve: Curve,
    /// A new file for the key, which only its owner can read; `-` for standard output, also when that is a
    /// terminal.
    #[arg(long, value_name = "KEY.pem")]
    output: Option<PathBuf>,
}

/// The curves of keys that sign internal tokens and bundles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Curve {
    P256,
    Ed25519,
}

/// Make a key.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    write(arguments.output.as_deref(), &pem(arguments.curve.generate()?.as_ref())?)
}

/// A new key on P-256 in PEM, for whoever needs one that stands for another.
pub(crate) fn stand_in() -> Result<String, Failure> {
    pem(Curve::P256.generate()?.as_ref())
}

impl Curve {
    fn generate(self) -> Result<Document, Failure> {
        let random = SystemRandom::new();
        let made = match self {
            Self::P256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Self::Ed25519 => Ed25519KeyPair::generate_pkcs8(&random),
        };
        made.map_err(|_| Failure::found("no randomness"))
    }
}

/// The textual encoding of a private key (RFC 7468 §10).
fn pem(pkcs8: &[u8]) -> Result<String, Failure> {
    pem_rfc7468::encode_string("PRIVATE KEY", LineEnding::LF, pkcs8).map_err(Failure::found)
}
