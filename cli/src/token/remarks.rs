//! What is worth saying of a token before anybody looks for its key.

use contract::UnixTime;
use jose::{Algorithm, MAX_TOKEN_BYTES, numeric_date};
use serde_json::{Map, Value};

use super::decode::Decoded;
use crate::date;

/// Header parameters that bring a key along or say where one is.
const KEYS_OF_ITS_OWN: [&str; 4] = ["jku", "jwk", "x5c", "x5u"];

/// What a verifier would refuse it for, or pass over.
pub(super) fn of(token: &Decoded, text: &str, now: UnixTime) -> Vec<String> {
    let Decoded { header, claims, faults, signature_bytes } = token;
    let mut found = faults.clone();
    if text.len() > MAX_TOKEN_BYTES {
        found.push(format!("refused: it has more than {MAX_TOKEN_BYTES} bytes"));
    }
    if *signature_bytes == 0 {
        found.push("refused: it has no signature".to_owned());
    }
    found.extend(algorithm(header));
    found.extend(parameters(header));
    found.extend(ends(claims, now));
    found.extend(begins(claims, now));
    let missing = ["iss", "aud"].iter().filter(|claim| !claims.contains_key(**claim));
    found.extend(missing.map(|claim| format!("refused: there is no `{claim}`")));
    found
}

/// The times of `claims`, as people read them.
pub(super) fn times(claims: &Map<String, Value>, now: UnixTime) -> Vec<String> {
    let known = ["iat", "nbf", "exp"].into_iter().filter_map(|name| Some((name, time(claims, name)?)));
    known.map(|(name, time)| format!("{name}: {}, {}", date::show(time), distance(time, now))).collect()
}

fn algorithm(header: &Map<String, Value>) -> Option<String> {
    let Some(name) = header.get("alg").and_then(Value::as_str) else {
        return Some("refused: there is no `alg`".to_owned());
    };
    match Algorithm::from_name(name) {
        Some(algorithm) if algorithm.is_symmetric() => Some(format!(
            "`{name}` is taken only where a secret is shared with the issuer, never with a public key"
        )),
        Some(_) => None,
        None if name.eq_ignore_ascii_case("none") => {
            Some("refused: `alg` is none, so anybody can have made it".to_owned())
        }
        None => Some("refused: `alg` names no algorithm that is verified".to_owned()),
    }
}

fn parameters(header: &Map<String, Value>) -> Vec<String> {
    let critical = ["crit", "b64"].into_iter().filter(|name| header.contains_key(*name));
    let critical =
        critical.map(|name| format!("refused: `{name}` asks for an extension that nobody knows here"));
    let own = KEYS_OF_ITS_OWN.into_iter().filter(|name| header.contains_key(*name));
    let own =
        own.map(|name| format!("`{name}` is never read: a key that comes with a token proves nothing"));
    let key_id = header.get("kid").filter(|kid| !kid.is_string());
    critical.chain(own).chain(key_id.map(|_| "refused: `kid` is no text".to_owned())).collect()
}

fn ends(claims: &Map<String, Value>, now: UnixTime) -> Option<String> {
    match (claims.get("exp"), time(claims, "exp")) {
        (None, _) => Some("refused: there is no `exp`, so it would never end".to_owned()),
        (Some(_), None) => Some("refused: `exp` is no time".to_owned()),
        (Some(_), Some(end)) if end <= now => {
            Some(format!("refused: it is over since {}", date::show(end)))
        }
        (Some(_), Some(_)) => None,
    }
}

fn begins(claims: &Map<String, Value>, now: UnixTime) -> Vec<String> {
    let says = |name: &str| match (claims.get(name), time(claims, name)) {
        (None, _) => None,
        (Some(_), None) => Some(format!("refused: `{name}` is no time")),
        (Some(_), Some(begin)) if begin > now => {
            Some(format!("refused: `{name}` lies in the future: {}", date::show(begin)))
        }
        (Some(_), Some(_)) => None,
    };
    ["nbf", "iat"].into_iter().filter_map(says).collect()
}

fn time(claims: &Map<String, Value>, name: &str) -> Option<UnixTime> {
    numeric_date(claims.get(name)?).ok()
}

fn distance(time: UnixTime, now: UnixTime) -> String {
    match time > now {
        true => format!("in {} s", time.since(now).as_secs()),
        false => format!("{} s ago", now.since(time).as_secs()),
    }
}
