//! `typ` of another kind of token (RFC 8725 §3.11, RFC 9068 §4): two kinds must not be taken for each other.

use serde_json::json;

use crate::attack::Attack;
use crate::forge::Forge;

/// Kinds of token that are none of ours to take, each with who gives them out.
const OTHERS: [(&str, &str); 14] = [
    ("dpop+jwt", "a proof of possession (RFC 9449)"),
    ("secevent+jwt", "a security event (RFC 8417)"),
    ("txntoken+jwt", "a transaction token, for services"),
    ("logout+jwt", "a logout token (OpenID Connect)"),
    ("oauth-authz-req+jwt", "an authorization request (RFC 9101)"),
    ("token-introspection+jwt", "an introspection answer (RFC 9701)"),
    ("statuslist+jwt", "a status list"),
    ("wit+jwt", "a workload identity token"),
    ("kb+jwt", "a key binding (SD-JWT)"),
    ("vc+jwt", "a verifiable credential"),
    ("client-authentication+jwt", "a client's assertion"),
    ("JWT", "no kind at all"),
    ("JOSE", "no JWT at all"),
    ("JOSE+JSON", "another serialization"),
];

/// What only looks like `at+jwt`.
const MISSPELLED: [&str; 8] = [
    "at+jwt ",
    " at+jwt",
    "at jwt",
    "at%2Bjwt",
    "at-jwt",
    "text/at+jwt",
    "application/at+jwt;v=1",
    "application//at+jwt",
];

const WHY: &str = "does not read `typ`, and has no setting for it";

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (typ, what) in OTHERS {
        let token = forge.good().header("typ", typ).token();
        attacks.push(Attack::token(format!("`{typ}`"), what, &token, "type_wrong"));
    }
    for typ in MISSPELLED {
        let token = forge.good().header("typ", typ).token();
        attacks.push(Attack::token(format!("`{typ}`"), "is not `at+jwt`", &token, "type_wrong"));
    }
    let empty = forge.good().header("typ", "").token();
    attacks.push(Attack::token("empty", "is not `at+jwt`", &empty, "type_wrong"));
    let absent = forge.good().without_header("typ").token();
    attacks.push(Attack::token("absent", "an access token that does not say so", &absent, "type_wrong"));
    for (name, typ) in [("null", json!(null)), ("number", json!(1)), ("array", json!(["at+jwt"]))] {
        let token = forge.good().header("typ", typ).token();
        attacks.push(Attack::token(name, "`typ` is no text", &token, "token_header_malformed"));
    }
    for typ in ["at+jwt", "application/at+jwt", "dpop+jwt", "txntoken+jwt", "secevent+jwt"] {
        let token = forge.generic().header("typ", typ).token();
        let name = format!("generic, `{typ}`");
        let what = "a special kind, where generic tokens are taken";
        attacks.push(Attack::token(name, what, &token, "type_wrong"));
    }
    attacks.into_iter().map(|attack| attack.differs(WHY)).collect()
}
