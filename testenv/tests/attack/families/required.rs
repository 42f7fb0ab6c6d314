//! Claims that the kind of token requires (RFC 9068 §2.2), left out.

use crate::attack::{Attack, explained};
use crate::families::audience::AUDIENCE_IS_403;
use crate::forge::Forge;

/// What an access token must say.
const OF_ACCESS_TOKENS: [(&str, &str, &str); 6] = [
    ("iss", "issuer_missing", "by nobody"),
    ("sub", "subject_missing", "of nobody"),
    ("aud", "audience_missing", "for everybody"),
    ("iat", "issued_at_missing", "made at no time"),
    ("jti", "token_id_missing", "cannot be told from others"),
    ("client_id", "client_missing", "given to no client"),
];

/// What any token must say.
const OF_ALL: [(&str, &str, &str); 4] = [
    ("iss", "issuer_missing", "by nobody"),
    ("sub", "subject_missing", "of nobody"),
    ("aud", "audience_missing", "for everybody"),
    ("exp", "expiry_missing", "for ever"),
];

const DIFFERENCES: [(&str, &str); 5] = [
    ("`iat`", "can be told to require `exp` and `sub` only"),
    ("`jti`", "can be told to require `exp` and `sub` only"),
    ("`client_id`", "can be told to require `exp` and `sub` only"),
    ("`aud`", AUDIENCE_IS_403),
    ("generic, `aud`", AUDIENCE_IS_403),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let access = OF_ACCESS_TOKENS.map(|(claim, reason, what)| {
        Attack::token(format!("`{claim}`"), what, &forge.good().without(claim).token(), reason)
    });
    let generic = OF_ALL.map(|(claim, reason, what)| {
        let token = forge.generic().without(claim).token();
        Attack::token(format!("generic, `{claim}`"), what, &token, reason)
    });
    let empty = forge.good().payload_bytes(|_| b"{}".to_vec()).token();
    let empty = Attack::token("all of them", "`{}`, signed", &empty, "issuer_missing");
    explained(access.into_iter().chain(generic).chain([empty]).collect(), &DIFFERENCES)
}
