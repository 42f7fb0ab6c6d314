//! Credentials that are none, or too many: 401 with a challenge, or 400 (RFC 6750 §3.1). The attack suite holds each
//! way to forge a token at depth; here each kind stands once.

use testenv::client::{RawHttp2, Request};
use testenv::report::{Verdict, ensure};

use super::{frames, order};
use crate::row::Ending::{self, Forwarded, Refused};
use crate::row::{Row, Sent, send};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "credentials";

/// Flaws of tokens, and the reason that docs/debugging.md gives for each.
const FLAWS: [(&str, &str); 19] = [
    ("alg_none", "algorithm_unknown"),
    ("crit", "extension_critical"),
    ("duplicate_claim", "claims_malformed"),
    ("embedded_jwk", "signature_invalid"),
    ("empty_signature", ""),
    ("expired", "expired"),
    ("exp_string", "expiry_malformed"),
    ("hs_with_public_key", ""),
    ("no_exp", "expiry_missing"),
    ("no_sub", "subject_missing"),
    ("not_yet", "not_yet_valid"),
    ("payload_not_json", "claims_malformed"),
    ("tampered", "signature_invalid"),
    ("two_parts", "token_not_compact"),
    ("unknown_kid", "key_unknown"),
    ("wrong_audience", "audience_wrong"),
    ("wrong_issuer", "issuer_unknown"),
    ("wrong_key", "signature_invalid"),
    ("wrong_typ", "type_wrong"),
];

/// Longer than any token may be (docs/credentials.md: 16 KiB), in bytes.
const MOST_TOKEN: usize = 16 * 1024;

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows: Vec<Row> = FLAWS.iter().map(|(flaw, reason)| flawed(tokens, flaw, reason)).collect();
    rows.extend(garbled(tokens));
    rows.extend(sizes(tokens));
    rows.extend(several(tokens));
    rows.extend(http2(tokens));
    rows.push(unsigned_work(tokens));
    rows
}

fn flawed(tokens: &Tokens, flaw: &str, reason: &'static str) -> Row {
    asks(format!("token with {flaw}"), order(tokens.flawed(flaw)), Refused(401, "jwt", reason))
}

fn asks(name: impl Into<String>, request: Request, ending: Ending) -> Row {
    Row::sends(CLASS, name, Sent::Http1(request), &[ending])
}

fn with(value: &str) -> Request {
    Request::get("/orders/42").header("authorization", value)
}

fn garbled(tokens: &Tokens) -> Vec<Row> {
    let reader = &tokens.reader;
    let no = |reason| Refused(401, "jwt", reason);
    let other_scope = Request::get("/exports/payments").header("x-api-key", &tokens.partner_key);
    vec![
        asks("no credential", Request::get("/orders/42"), no("credential_missing")),
        asks("`Bearer` alone", with("Bearer"), no("credential_malformed")),
        asks("`Basic`", with("Basic YTpi"), no("scheme_not_bearer")),
        asks("a token without a scheme", with(reader), no("")),
        asks("two spaces", with(&format!("Bearer  {reader}")), no("credential_malformed")),
        asks("a token and a word", with(&format!("Bearer {reader} x")), no("credential_malformed")),
        asks(
            "a token, comma, a token",
            with(&format!("Bearer {reader}, Bearer {reader}")),
            // What two fields of this name are when somebody joins them (RFC 9110 §5.3).
            Refused(400, "jwt", "credential_duplicated"),
        ),
        asks("padding behind the signature", with(&format!("Bearer {reader}=")), no("")),
        asks("twenty-one dots", with(&format!("Bearer {}", ".".repeat(21))), no("token_not_compact")),
        asks("claims 2,000 deep", order(&tokens.with_claim(&deep(2_000))), no("claims_malformed")),
        asks("claims 65 deep", order(&tokens.with_claim(&deep(64))), no("claims_malformed")),
        asks("claims 64 deep", order(&tokens.with_claim(&deep(63))), Forwarded),
        asks("`bearer` in lower case (RFC 9110 §11.1)", with(&format!("bearer {reader}")), Forwarded),
        asks(
            "an API key that nobody has",
            export(&format!("nobody.{}", "s".repeat(43))),
            no("api_key_unknown"),
        ),
        asks("a good API key", export(&tokens.partner_key), Forwarded),
        asks("a good API key, for another scope", other_scope, Refused(403, "route", "scope_not_of_route")),
        asks("an API key of another form", export("nobody.secret"), no("api_key_malformed")),
    ]
}

fn deep(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn export(key: &str) -> Request {
    Request::get("/exports/orders").header("x-api-key", key)
}

fn sizes(tokens: &Tokens) -> Vec<Row> {
    let [within, beyond] = [MOST_TOKEN - 1, MOST_TOKEN + 2].map(|bytes| tokens.of_length(bytes));
    assert!((MOST_TOKEN - 2..=MOST_TOKEN).contains(&within.len()), "{}", within.len());
    assert!((MOST_TOKEN + 1..MOST_TOKEN + 4).contains(&beyond.len()), "{}", beyond.len());
    let no = Refused(401, "jwt", "token_too_long");
    vec![
        asks(format!("a token of {} bytes", within.len()), order(&within), Forwarded),
        asks(format!("a token of {} bytes", beyond.len()), order(&beyond), no),
        asks("a token of 40,000 bytes", order(&"a".repeat(40_000)), no),
    ]
}

fn several(tokens: &Tokens) -> Vec<Row> {
    let reader = &tokens.reader;
    let both = Refused(400, "jwt", "credential_duplicated");
    let in_query = Request::get(format!("/orders/42?access_token={reader}"));
    let cookie = format!("session={reader}");
    vec![
        asks("two Authorization fields", order(reader).bearer(reader), both),
        asks("one good, one bad Authorization", order(reader).bearer("x"), both),
        asks("in the head and in the query", in_query.clone().bearer(reader), both),
        asks("in the head and in a cookie", order(reader).header("cookie", &cookie), both),
        asks("in the query and in a cookie", in_query.header("cookie", &cookie), both),
        asks(
            "two cookies of one name",
            Request::get("/orders/42").header("cookie", format!("{cookie}; {cookie}")),
            both,
        ),
        asks("nobody's role: a policy", order(&tokens.nobody), Refused(403, "authz", "no_policy_permits")),
    ]
}

fn http2(tokens: &Tokens) -> Vec<Row> {
    let read = |name: &str, request: Request, ending| {
        Row::sends(CLASS, format!("HTTP/2: {name}"), Sent::Http2(request), &[ending])
    };
    let by_hand = |name: &str, frames: RawHttp2, ending| {
        Row::sends(CLASS, format!("HTTP/2: {name}"), Sent::Frames(frames), &[ending])
    };
    let reader = format!("Bearer {}", tokens.reader);
    let get = || frames("GET", "/orders/42");
    vec![
        read("no credential", Request::get("/orders/42"), Refused(401, "jwt", "credential_missing")),
        read("expired", order(tokens.flawed("expired")), Refused(401, "jwt", "expired")),
        read("a policy", order(&tokens.nobody), Refused(403, "authz", "no_policy_permits")),
        read("good", order(&tokens.reader), Forwarded),
        by_hand(
            "two Authorization fields",
            get().field("authorization", &reader).field("authorization", &reader),
            Refused(400, "jwt", "credential_duplicated"),
        ),
        by_hand(
            "a cookie in two crumbs (RFC 9113 §8.2.3)",
            get().field("cookie", "a=b").field("cookie", format!("session={}", tokens.reader)),
            Forwarded,
        ),
    ]
}

/// What is no token by its form is refused before anybody checks a signature.
fn unsigned_work(tokens: &Tokens) -> Row {
    let unchecked =
        [tokens.of_length(MOST_TOKEN + 2), ".".repeat(21), tokens.flawed("alg_none").to_owned()];
    Row::plays(CLASS, "no signature is checked of what is no token", move |world, id| {
        let before = checked(world);
        for token in &unchecked {
            send(world, &Sent::Http1(order(token)), &[Refused(401, "jwt", "")], id)?;
        }
        none_since(world, before)
    })
}

fn none_since(world: &World, before: u64) -> Verdict {
    let checked = checked(world) - before;
    ensure(checked == 0, || format!("{checked} signatures were checked"))?;
    Ok("0 signatures".to_owned())
}

fn checked(world: &World) -> u64 {
    world.count("jwt.crypto.host") + world.count("jwt.crypto.wasm")
}
