//! Everything that is tried on a sidecar: each row is wrong in one way, or a control.

use serde_json::{Value, json};
use testenv::client::Request;

use crate::forge::{Forge, encode, sign, spliced};
use crate::row::{PATH, Row, Want, with_token};

/// Claims without which a token is none (OAuth Transaction Tokens §5.2).
const REQUIRED: [&str; 8] = ["iss", "sub", "aud", "exp", "iat", "txn", "scope", "req_wl"];

/// What is cut off a signature of 86 digits so that 33 whole bytes are left.
const HALF: usize = 42;

const MALFORMED: &str = "txn_token_claim_malformed";

/// All of them.
pub fn all(forge: &Forge<'_>) -> Vec<Row> {
    let families = [controls, keys, algorithms, bytes, claims, missing, times, credentials, callers, users];
    families.into_iter().flat_map(|family| family(forge)).collect()
}

fn controls(forge: &Forge<'_>) -> Vec<Row> {
    let draft = || forge.draft("alice");
    let good = |name, draft: crate::forge::Draft| Row::good(name, &draft.signed(forge.edge), "alice");
    vec![
        good("control: as the edge makes it", draft()),
        good("control: without the address of the client", draft().claim("rctx", Value::Null)),
        good("control: the trust domain in a list", draft().claim("aud", json!(["shop.test"]))),
        good("control: the longest life", draft().times(0, 300)),
        good("control: expired within the leeway", draft().times(-60, -1)),
        good("control: issued in the future within the leeway", draft().times(3, 60)),
        good("control: no key id", draft().header("kid", Value::Null)),
    ]
}

fn keys(forge: &Forge<'_>) -> Vec<Row> {
    let draft = || forge.draft("alice");
    let embedded = draft().header("jwk", forge.foreign.public_jwk());
    let by_url = draft().header("jku", "http://127.0.0.1/jwks");
    vec![
        Row::forged("a foreign key of the same id", &draft().signed(&forge.foreign), "signature_invalid"),
        Row::forged(
            "a foreign key without an id",
            &draft().header("kid", Value::Null).signed(&forge.foreign),
            "signature_invalid",
        ),
        Row::forged(
            "a key that is unknown",
            &draft().header("kid", "edge-9").signed(&forge.foreign),
            "key_unknown",
        ),
        Row::forged(
            "a key that was retired",
            &draft().header("kid", "edge-0").signed(&forge.retired),
            "key_unknown",
        ),
        Row::forged(
            "the edge's key under another id",
            &draft().header("kid", "edge-2").signed(forge.edge),
            "key_unknown",
        ),
        Row::forged("an embedded key", &embedded.signed(&forge.foreign), "signature_invalid"),
        Row::forged("a key by URL", &by_url.signed(&forge.foreign), "signature_invalid"),
        Row::forged(
            "the users' issuer signs as the edge",
            &draft().signed(forge.users),
            "signature_invalid",
        ),
    ]
}

fn algorithms(forge: &Forge<'_>) -> Vec<Row> {
    let draft = || forge.draft("admin");
    let unsigned = |alg: &str| format!("{}.", draft().header("alg", alg).input());
    let secret = draft().header("alg", "HS256");
    vec![
        Row::forged("alg none", &unsigned("none"), "algorithm_unknown"),
        Row::forged("alg None", &unsigned("None"), "algorithm_unknown"),
        Row::forged(
            "HMAC with the public key, PEM",
            &secret.under_secret(forge.edge.public_pem().as_bytes()),
            "algorithm_not_allowed",
        ),
        Row::forged(
            "HMAC with the public key, JWK",
            &secret.under_secret(forge.edge.public_jwk().to_string().as_bytes()),
            "algorithm_not_allowed",
        ),
        Row::forged(
            "RS256 in the header",
            &draft().header("alg", "RS256").signed(forge.edge),
            "algorithm_not_allowed",
        ),
        Row::forged(
            "another curve under the same id",
            &draft().header("alg", "EdDSA").signed(&forge.other_curve),
            "key_mismatch",
        ),
        Row::forged(
            "an extension that must be understood",
            &draft().header("crit", json!(["exp"])).signed(forge.edge),
            "extension_critical",
        ),
    ]
}

fn bytes(forge: &Forge<'_>) -> Vec<Row> {
    let draft = forge.draft("alice");
    let (good, admin) = (forge.good("alice"), forge.draft("admin").signed(&forge.foreign));
    let payload = draft.payload();
    let twice = payload.replacen("\"sub\":", "\"sub\":\"admin\",\"sub\":", 1);
    vec![
        Row::forged("another payload under a good signature", &spliced(&admin, &good), "signature_invalid"),
        Row::forged("no signature", &format!("{}.", draft.input()), "signature_invalid"),
        Row::forged("half a signature", &good[..good.len() - HALF], "signature_invalid"),
        Row::forged("two parts", &draft.input(), "token_not_compact"),
        Row::forged("four parts", &format!("{good}.{}", encode("x")), "token_not_compact"),
        Row::forged("no token at all", "forged", "token_not_compact"),
        Row::forged("an empty one", "", "token_not_compact"),
        Row::forged("padding", &format!("{good}=="), "token_not_base64url"),
        Row::forged("a subject twice", &sign(draft.input_with(&twice), forge.edge), "claims_malformed"),
        Row::forged("no JSON", &sign(draft.input_with("{"), forge.edge), "claims_malformed"),
    ]
}

fn claims(forge: &Forge<'_>) -> Vec<Row> {
    let with = |name: &str, value: Value, reason| {
        let token = forge.draft("alice").claim(name, value.clone()).signed(forge.edge);
        Row::forged(&format!("{name}: {value}"), &token, reason)
    };
    let typ = |name: &str, typ: Value| {
        Row::forged(name, &forge.draft("alice").header("typ", typ).signed(forge.edge), "txn_token_type")
    };
    vec![
        with("iss", json!("https://issuer.test"), "txn_token_issuer"),
        with("iss", json!("https://edge.shop.test/"), "txn_token_issuer"),
        with("iss", json!(["https://edge.shop.test"]), MALFORMED),
        with("aud", json!("other.test"), "txn_token_audience"),
        with("aud", json!(["shop.test", "other.test"]), "txn_token_audience"),
        with("aud", json!([]), "txn_token_audience"),
        with("aud", json!(1), "txn_token_audience"),
        with("sub", json!(""), MALFORMED),
        with("sub", json!(7), MALFORMED),
        with("txn", json!(""), MALFORMED),
        with("exp", json!("4000000000"), MALFORMED),
        with("scope", json!(["orders:read"]), MALFORMED),
        with("tctx", json!(["tenant"]), MALFORMED),
        typ("the type of an access token", json!("at+jwt")),
        typ("the type of any JWT", json!("JWT")),
        typ("no type", Value::Null),
    ]
}

fn missing(forge: &Forge<'_>) -> Vec<Row> {
    let without = |claim: &str| {
        let token = forge.draft("alice").claim(claim, Value::Null).signed(forge.edge);
        Row::forged(&format!("without {claim}"), &token, MALFORMED)
    };
    REQUIRED.into_iter().map(without).collect()
}

fn times(forge: &Forge<'_>) -> Vec<Row> {
    let at = |name: &str, issued, expires, reason| {
        Row::forged(name, &forge.draft("alice").times(issued, expires).signed(forge.edge), reason)
    };
    let soon = forge.draft("alice").claim("nbf", 4_000_000_000_u64).signed(forge.edge);
    vec![
        at("expired", -120, -60, "txn_token_expired"),
        at("issued in the future", 60, 120, "txn_token_issued_in_future"),
        at("a life of 301 seconds", 0, 301, "txn_token_lifetime"),
        at("a life of a day", 0, 86_400, "txn_token_lifetime"),
        at("a life of none", 0, 0, "txn_token_lifetime"),
        at("ends before it begins", 30, 10, "txn_token_lifetime"),
        Row::forged("not yet valid", &soon, "txn_token_not_yet_valid"),
    ]
}

fn credentials(forge: &Forge<'_>) -> Vec<Row> {
    let (good, own) = (forge.good("alice"), forge.access_token("alice").signed(forge.users));
    let refused = |name: &str, request, stage, status, reason| {
        Row::request(name, request, Want::Refused(stage, status, reason))
    };
    let duplicated = "txn_token_duplicated";
    let joined = format!("{good},{good}");
    vec![
        Row::request(
            "control: a user's own token, where that is taken",
            Request::get("/orders").bearer(&own),
            Want::User(String::new()),
        ),
        // No route takes both kinds, so the one that it takes is the one that counts.
        Row::request(
            "control: beside somebody else's own token, where the internal one is taken",
            with_token(&good).bearer(&forge.access_token("bob").signed(forge.users)),
            Want::User("alice".to_owned()),
        ),
        refused(
            "instead of a user's own token, where that is taken",
            Request::get("/orders").header("txn-token", &good),
            "jwt",
            401,
            "credential_missing",
        ),
        refused("two tokens", with_token(&good).header("txn-token", &good), "identity", 400, duplicated),
        refused(
            "two users' tokens",
            with_token(&good).header("Txn-Token", forge.good("bob")),
            "identity",
            400,
            duplicated,
        ),
        Row::forged("two tokens in one field", &joined, "token_not_compact"),
        Row::forged("a user's own token in its place", &own, "key_unknown"),
        Row::forged(
            "an access token that the edge has signed",
            &forge.access_token("alice").header("kid", forge.edge.id()).signed(forge.edge),
            "txn_token_type",
        ),
        refused(
            "as a bearer token where internal tokens are taken",
            Request::get(PATH).bearer(&good),
            "identity",
            401,
            "txn_token_missing",
        ),
        refused("as a bearer token", Request::get("/orders").bearer(&good), "jwt", 401, "issuer_unknown"),
        refused("no token", Request::get(PATH), "identity", 401, "txn_token_missing"),
        refused(
            "in another spelling",
            Request::get(PATH).header("Txn_Token", &good),
            "identity",
            401,
            "txn_token_missing",
        ),
        refused(
            "in a query",
            Request::get(format!("{PATH}?txn-token={good}")),
            "identity",
            401,
            "txn_token_missing",
        ),
    ]
}

/// A good token is worth nothing from a workload that may not call.
fn callers(forge: &Forge<'_>) -> Vec<Row> {
    let from = |workload| {
        let want = Want::Refused("identity", 403, "caller_not_listed");
        let name = format!("a good token from {workload}");
        Row::request(&name, with_token(&forge.good("alice")), want).from(workload)
    };
    ["payments", "orders", "stranger"].into_iter().map(from).collect()
}

/// Tokens of two users that are sent again and again are each judged on their own.
fn users(forge: &Forge<'_>) -> Vec<Row> {
    let [alice, bob] = ["alice", "bob"].map(|user| (user, forge.good(user)));
    let mut rows = Vec::new();
    for round in 1..=3 {
        for (user, token) in [&alice, &bob] {
            rows.push(Row::good(&format!("control: {user}, time {round}"), token, user));
        }
        let (mixed, other) = (spliced(&bob.1, &alice.1), spliced(&alice.1, &bob.1));
        rows.push(Row::forged(
            &format!("bob under alice's signature, time {round}"),
            &mixed,
            "signature_invalid",
        ));
        rows.push(Row::forged(
            &format!("alice under bob's signature, time {round}"),
            &other,
            "signature_invalid",
        ));
    }
    rows
}
