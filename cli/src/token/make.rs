//! `watchword token make`.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use contract::{Duration, UnixTime};
use jose::Algorithm;
use serde_json::{Map, Value, json};

use super::claims::Claims;
use super::signer::Signer;
use crate::failure::Failure;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The key that signs, unencrypted PKCS#8 in PEM: RSA, P-256, P-384 or Ed25519.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// What it is signed with: what the key is for, and RS256 for an RSA key, by default.
    #[arg(long, value_parser = parse_algorithm)]
    alg: Option<Algorithm>,
    /// The key's name in the key set of the verifier.
    #[arg(long)]
    kid: Option<String>,
    /// The type: `at+jwt` is an access token (RFC 9068 §2.1).
    #[arg(long, default_value = "at+jwt")]
    typ: String,
    /// `iss`.
    #[arg(long)]
    issuer: Option<String>,
    /// `aud`; repeat it for several.
    #[arg(long)]
    audience: Vec<String>,
    /// `sub`.
    #[arg(long)]
    subject: Option<String>,
    /// For how many seconds from now it is good.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    lifetime: u64,
    /// Further claims: a JSON object, or `@FILE` with one. They outweigh the options; `null` takes a claim away.
    #[arg(long, value_name = "JSON|@FILE", default_value = "{}")]
    claims: Claims,
}

/// Print a token.
pub(crate) fn run(arguments: &Arguments, now: UnixTime) -> Result<(), Failure> {
    let signer = Signer::load(&arguments.key, arguments.alg)?;
    let header = arguments.header(signer.algorithm());
    let claims = Value::Object(arguments.claims(now)?);
    let input = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let signature = signer.sign(input.as_bytes())?;
    output::print(&format!("{input}.{}\n", encode(signature)))?;
    eprintln!("a token for tests: whoever has {} can make any", arguments.key.display());
    Ok(())
}

impl Arguments {
    fn header(&self, algorithm: Algorithm) -> Value {
        let mut header = json!({ "alg": algorithm.name(), "typ": self.typ });
        if let (Some(kid), Some(members)) = (&self.kid, header.as_object_mut()) {
            members.insert("kid".to_owned(), kid.as_str().into());
        }
        header
    }

    fn claims(&self, now: UnixTime) -> Result<Map<String, Value>, Failure> {
        let ends = now.plus(Duration::from_secs(self.lifetime));
        let audience = match self.audience.as_slice() {
            [] => Value::Null,
            [audience] => audience.as_str().into(),
            several => json!(several),
        };
        let own = [
            ("iss", json!(self.issuer)),
            ("aud", audience),
            ("sub", json!(self.subject)),
            ("iat", now.seconds().into()),
            ("exp", ends.seconds().into()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let mut claims: Map<String, Value> = own.chain(self.claims.read()?).collect();
        claims.retain(|_, value| !value.is_null());
        Ok(claims)
    }
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn parse_algorithm(text: &str) -> Result<Algorithm, String> {
    let signed_here = Algorithm::from_name(text).filter(|algorithm| Signer::makes(*algorithm));
    signed_here.ok_or_else(|| {
        let names = Algorithm::ALL.iter().filter(|algorithm| Signer::makes(**algorithm));
        format!("must be one of {}", names.map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", "))
    })
}
