//! `sub`, `jti`, `client_id` and `scope` of other types than their definitions have (RFC 7519 §4.1.2,
//! RFC 8693 §4.2): what a policy compares as a text must be one.

use serde_json::{Value, json};

use crate::attack::{Attack, explained};
use crate::forge::Forge;

fn no_texts() -> Vec<(&'static str, Value)> {
    vec![
        ("number", json!(7)),
        ("true", json!(true)),
        ("null", json!(null)),
        ("array", json!(["alice"])),
        ("object", json!({ "sub": "alice" })),
        ("empty", json!("")),
        ("too long", json!("a".repeat(1025))),
    ]
}

const DIFFERENCES: [(&str, &str); 5] = [
    ("`sub`: too long", "takes any text, of any length"),
    ("`jti`: empty", "takes any text, of any length"),
    ("`jti`: too long", "takes any text, of any length"),
    ("`client_id`", "does not read it"),
    ("`scope`", "does not read it"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (claim, reason) in
        [("sub", "subject_malformed"), ("jti", "token_id_malformed"), ("client_id", "client_malformed")]
    {
        for (name, value) in no_texts() {
            let token = forge.good().claim(claim, value).token();
            attacks.push(Attack::token(format!("`{claim}`: {name}"), "names nobody", &token, reason));
        }
    }
    for (name, value) in [("array", json!(["orders:read"])), ("number", json!(1)), ("null", json!(null))] {
        let token = forge.good().claim("scope", value).token();
        let what = "no text with spaces between";
        attacks.push(Attack::token(format!("`scope`: {name}"), what, &token, "scope_malformed"));
    }
    let generic = forge.generic().claim("sub", json!(["alice", "admin"])).token();
    attacks.push(Attack::token("generic, `sub`: array", "two names", &generic, "subject_malformed"));
    explained(attacks, &DIFFERENCES)
}
