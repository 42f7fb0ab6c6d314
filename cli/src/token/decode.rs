//! `watchword token decode`.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use contract::UnixTime;
use jose::{MAX_TOKEN_BYTES, parse_object};
use serde_json::{Map, Value, json};

use super::remarks;
use crate::failure::Failure;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The token; standard input where it is absent, which other processes do not see.
    token: Option<String>,
}

/// The parts of a token that can be shown.
pub(super) struct Decoded {
    pub(super) header: Map<String, Value>,
    pub(super) claims: Map<String, Value>,
    /// What was found on the way: parts that two parsers may read differently.
    pub(super) faults: Vec<String>,
    /// Bytes of it; it is not kept.
    pub(super) signature_bytes: usize,
}

/// Print header and claims, and on standard error what a verifier would refuse.
pub(crate) fn run(arguments: &Arguments, now: UnixTime) -> Result<(), Failure> {
    let text = match &arguments.token {
        Some(token) => token.clone(),
        None => read()?,
    };
    let token = text.trim();
    let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
    eprintln!(
        "NOT VERIFIED: anybody can have written this; the signature was not checked and is not shown"
    );
    let decoded = Decoded::parse(token).map_err(Failure::found)?;
    let shown = json!({ "header": decoded.header, "claims": decoded.claims });
    output::print(&format!("{shown:#}\n"))?;
    remarks::times(&decoded.claims, now).iter().for_each(|line| eprintln!("{line}"));
    let found = remarks::of(&decoded, token, now);
    if found.is_empty() { Ok(()) } else { Err(Failure::Found(found)) }
}

impl Decoded {
    /// Take `token` apart, as far as it can be read.
    fn parse(token: &str) -> Result<Self, String> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, rest @ ..] = parts.as_slice() else {
            return Err("no token: it has no two parts with a dot between them".to_owned());
        };
        let mut faults = Vec::new();
        if rest.len() == 3 {
            return Err("an encrypted token (RFC 7516), which nobody takes here".to_owned());
        }
        if rest.len() != 1 {
            faults.push(format!("refused: it has {} parts, not 3", parts.len()));
        }
        let signature = rest.first().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        Ok(Self {
            header: object("header", header, &mut faults)?,
            claims: object("payload", claims, &mut faults)?,
            signature_bytes: signature.map_or(0, |bytes| bytes.len()),
            faults,
        })
    }
}

/// The object in a part. One that only a lenient parser reads is shown as that one reads it.
fn object(what: &str, part: &str, faults: &mut Vec<String>) -> Result<Map<String, Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| format!("the {what} is no base64url"))?;
    if let Some(object) = parse_object(&bytes) {
        return Ok(object);
    }
    let lenient = serde_json::from_slice(&bytes);
    let object = lenient.map_err(|error| format!("the {what} is no JSON object: {error}"))?;
    faults.push(format!(
        "refused: a member of the {what} occurs twice, or it nests too deeply; the last one is shown"
    ));
    Ok(object)
}

fn read() -> Result<String, Failure> {
    // Room for a scheme and a line break; what is longer is a file by mistake, and judged as too long.
    let most = u64::try_from(MAX_TOKEN_BYTES.saturating_mul(2)).unwrap_or(u64::MAX);
    let mut text = String::new();
    let read = io::stdin().lock().take(most).read_to_string(&mut text);
    read.map_err(|error| Failure::found(format_args!("standard input: {error}")))?;
    Ok(text)
}
