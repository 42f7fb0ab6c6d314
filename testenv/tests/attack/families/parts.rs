//! Three parts and nothing else (RFC 7515 §7.1): JWE, the JSON serializations, and dots by the thousand
//! (CVE-2023-51774, CVE-2025-27144, CVE-2022-39227).

use serde_json::json;

use crate::attack::{Attack, ambiguous, bearer, explained};
use crate::draft::encode;
use crate::forge::Forge;

const DIFFERENCES: [(&str, &str); 4] = [
    ("four parts, last empty", "drops empty parts before it counts: a second token of one"),
    ("dot before", "drops empty parts before it counts: a second token of one"),
    ("two dots", "drops empty parts before it counts: a second token of one"),
    ("10,000 dots behind", "drops empty parts before it counts: a second token of one"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = forge.good().token();
    let [header, payload, signature] = forge.good().parts();
    let jwe = encode(json!({ "alg": "RSA-OAEP", "enc": "A128GCM", "kid": "rsa-1" }).to_string());
    let mut attacks = Vec::new();
    for (name, what, token) in [
        ("one part", "no dot", header.clone()),
        ("two parts", "no signature and no dot before it", format!("{header}.{payload}")),
        ("four parts", "a part behind a good token", format!("{token}.AAAA")),
        ("four parts, last empty", "a dot behind a good token", format!("{token}.")),
        ("dot before", "a dot before a good token", format!(".{token}")),
        ("two dots", "an empty part in the middle", token.replacen('.', "..", 1)),
        ("JWE", "five parts, encrypted", format!("{jwe}.AAAA.AAAA.AAAA.AAAA")),
        (
            "JWE around a token",
            "a good token for its ciphertext",
            format!("{jwe}..AAAA.{}.AAAA", encode(&token)),
        ),
        ("five parts, good header", "a good token with two parts more", format!("{token}.AAAA.AAAA")),
        ("two tokens", "joined by a dot", format!("{token}.{token}")),
        ("one dot", "nothing but a dot", ".".to_owned()),
        ("10,000 dots", "nothing but dots", ".".repeat(10_000)),
        ("10,000 dots behind", "dots behind a good token", format!("{token}{}", ".".repeat(10_000))),
    ] {
        attacks.push(Attack::token(name, what, &token, "token_not_compact"));
    }
    for (name, what, token, reason) in [
        ("only dots", "three empty parts", "..".to_owned(), "token_header_malformed"),
        ("no header", "an empty header", format!(".{payload}.{signature}"), "token_header_malformed"),
        ("no payload", "an empty payload", format!("{header}..{signature}"), "claims_malformed"),
        ("letters", "three letters", "a.b.c".to_owned(), "token_not_base64url"),
    ] {
        attacks.push(Attack::token(name, what, &token, reason));
    }
    for (name, what, text) in [
        ("disclosures", "an SD-JWT", format!("{token}~WyJhIiwiYiIsImMiXQ~")),
        ("two tokens, `~`", "joined by a tilde", format!("{token}~{token}")),
        ("detached content", "`..` with the payload beside", format!("{header}..{signature} {payload}")),
    ] {
        attacks.push(Attack::token(name, what, &text, "credential_malformed"));
    }
    attacks = explained(attacks, &DIFFERENCES);
    attacks.extend(json_serializations(&token, [&header, &payload, &signature]));
    attacks
}

/// The other serializations (RFC 7515 §7.2). Their commas read as those between two credentials.
fn json_serializations(token: &str, [header, payload, signature]: [&str; 3]) -> [Attack; 3] {
    let flattened = json!({ "protected": header, "payload": payload, "signature": signature });
    let signatures = json!([{ "protected": header, "signature": signature }]);
    let general = json!({ "payload": payload, "signatures": signatures });
    let mixed = json!({ token: "", "payload": "" });
    [
        ("JSON, flattened", "the other serialization", flattened),
        ("JSON, general", "the other serialization", general),
        ("JSON and compact", "each parser finds another token", mixed),
    ]
    .map(|(name, what, text)| {
        let fields = vec![("authorization", bearer(&text.to_string()))];
        Attack::fields(name, what, fields, ambiguous()).differs("reads no comma as one between two")
    })
}
