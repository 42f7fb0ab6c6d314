//! `aud` (RFC 7519 §4.1.3, RFC 8725 §3.9): a token for somebody else is not for us, however like ours the
//! name is.

use serde_json::{Value, json};

use crate::attack::{Attack, explained};
use crate::forge::{AUDIENCE, Forge};
use crate::partner;

/// Also for what has no audience at all.
pub const AUDIENCE_IS_403: &str = "answers 403 for the audience: who calls may learn that the rest is good";

const TRIMMED: &str = "drops `http://`, `https://` and a slash at the end before it compares";

const DIFFERENCES: [(&str, &str); 20] = [
    ("slash behind", TRIMMED),
    ("`http", TRIMMED),
    ("65 names", "takes any number of them"),
    ("another", AUDIENCE_IS_403),
    ("prefix", AUDIENCE_IS_403),
    ("longer", AUDIENCE_IS_403),
    ("in upper", AUDIENCE_IS_403),
    ("space", AUDIENCE_IS_403),
    ("NUL", AUDIENCE_IS_403),
    ("wildcard", AUDIENCE_IS_403),
    ("pattern", AUDIENCE_IS_403),
    ("joined", AUDIENCE_IS_403),
    ("JSON", AUDIENCE_IS_403),
    ("other alphabet", AUDIENCE_IS_403),
    ("the issuer's client", AUDIENCE_IS_403),
    ("array of", AUDIENCE_IS_403),
    ("audience of", AUDIENCE_IS_403),
    ("empty", AUDIENCE_IS_403),
    ("name too long", AUDIENCE_IS_403),
    ("partner's token", AUDIENCE_IS_403),
];

/// Names that are not ours.
const OTHERS: [(&str, &str); 16] = [
    ("another", "other-api"),
    ("prefix", "shop"),
    ("longer", "shop-api-admin"),
    ("in upper case", "SHOP-API"),
    ("slash behind", "shop-api/"),
    ("`https`", "https://shop-api"),
    ("`http` and slash", "http://shop-api/"),
    ("space behind", "shop-api "),
    ("NUL behind", "shop-api\0"),
    ("wildcard", "*"),
    ("pattern", "shop-.*"),
    ("joined by commas", "other-api,shop-api"),
    ("joined by spaces", "other-api shop-api"),
    ("JSON in a text", r#"["shop-api"]"#),
    ("other alphabet", "sh\u{43e}p-api"),
    ("the issuer's client", "shop-app"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = |aud: Value| forge.good().claim("aud", aud).token();
    let mut attacks = Vec::new();
    for (name, audience) in OTHERS {
        let reason = match audience.chars().any(char::is_control) {
            true => "audience_malformed",
            false => "audience_wrong",
        };
        attacks.push(Attack::token(name, "for somebody else", &token(json!(audience)), reason));
    }
    for (name, audience) in [
        ("array of others", json!(["other-api", "third-api"])),
        ("audience of the partner", json!(partner::AUDIENCE)),
    ] {
        attacks.push(Attack::token(name, "for somebody else", &token(audience), "audience_wrong"));
    }
    let others = (0..64).map(|number| format!("api-{number}"));
    let many: Vec<_> = others.chain([AUDIENCE.to_owned()]).collect();
    for (name, what, audience) in [
        ("empty", "an empty name", json!("")),
        ("empty array", "for nobody", json!([])),
        ("array of an empty name", "an empty name", json!([""])),
        ("nested array", "a list in a list", json!([["shop-api"]])),
        ("array with a number", "ours and a number", json!(["shop-api", 1])),
        ("array with null", "ours and null", json!(["shop-api", null])),
        ("number", "a number", json!(1)),
        ("null", "null", json!(null)),
        ("true", "true", json!(true)),
        ("object", "ours in an object", json!({ "shop-api": true })),
        ("65 names", "ours and 64 others, beyond the bound", json!(many)),
        ("name too long", "1025 bytes", json!("a".repeat(1025))),
    ] {
        attacks.push(Attack::token(name, what, &token(audience), "audience_malformed"));
    }
    let generic = forge.generic().claim("aud", AUDIENCE).token();
    attacks.push(Attack::token(
        "partner's token for the issuer's audience",
        "each provider has its own",
        &generic,
        "audience_wrong",
    ));
    explained(attacks, &DIFFERENCES)
}
