//! `watchword key jwks`, which is also `watchword bundle public-keys`.

use std::path::PathBuf;

use clap::Args;
use jose::{Algorithm, PublicJwk};
use serde_json::json;

use crate::failure::Failure;
use crate::{output, signing_keys};

#[derive(Args)]
pub(crate) struct Arguments {
    /// What the keys are called, one for each in their order; their thumbprints (RFC 7638) by default.
    #[arg(long, value_name = "ID")]
    kid: Vec<String>,
    /// The keys, unencrypted PKCS#8 in PEM.
    #[arg(required = true, value_name = "KEY.pem")]
    keys: Vec<PathBuf>,
}

/// Print the public halves as a key set (RFC 7517 §5).
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { kid, keys } = arguments;
    if !kid.is_empty() && kid.len() != keys.len() {
        return Err(Failure::Usage(format!(
            "{} --kid for {} keys: give one for each",
            kid.len(),
            keys.len()
        )));
    }
    let mut names = kid.iter();
    let mut public: Vec<PublicJwk> = Vec::new();
    for path in keys {
        let key = signing_keys::load(path, names.next().map(String::as_str))?;
        let jwk = PublicJwk::read(&key.public_jwk(), &[Algorithm::Es256, Algorithm::EdDsa])
            .map_err(|error| Failure::in_file(path, error))?;
        if public.iter().any(|known| known.id() == jwk.id() || known.is_key_of(&jwk)) {
            return Err(Failure::in_file(path, "the set has this key, or one of this name, already"));
        }
        public.push(jwk);
    }
    let members: Vec<_> = public.iter().map(PublicJwk::members).collect();
    output::print(&format!("{:#}\n", json!({ "keys": members })))
}
