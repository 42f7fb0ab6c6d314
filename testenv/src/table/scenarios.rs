//! The scenarios, in the order in which one would tell them.

use std::io;

use rustls::AlertDescription;

use super::Expected::{Forwarded, NoConnection, Refused, RefusedByEnvoy};
use super::checks::{alice_everywhere, as_alice, as_dave, as_nobody, as_partner, with_body};
use super::scenario::Send;
use super::{Expected, Scenario};
use crate::client::{Answer, Connection, Request, exchange};
use crate::{Reach, Side};

/// Sequential requests by one user within about a second: beyond any burst of the shipped configuration
/// plus what it refills meanwhile.
const MANY: usize = 100;

/// All scenarios.
pub fn all() -> Vec<Scenario> {
    let mut all = good();
    all.extend(tokens());
    all.extend(others());
    all.extend(policies());
    all.extend(forgeries());
    all.extend(paths());
    all.extend(sidecars());
    all
}

fn good() -> Vec<Scenario> {
    vec![
        at_edge("a good token", Forwarded(alice_everywhere), |reach| read_order(reach, "sub=alice")),
        at_edge("a good token, RS256", Forwarded(as_alice), |reach| {
            read_order(reach, "sub=alice&alg=RS256")
        }),
        at_edge("a good token, EdDSA", Forwarded(as_alice), |reach| {
            read_order(reach, "sub=alice&alg=EdDSA")
        }),
        at_edge("no token where none is needed", Forwarded(as_nobody), |reach| {
            exchange(reach.edge, &Request::get("/healthz"))
        }),
    ]
}

fn tokens() -> Vec<Scenario> {
    let refused = |reason| Refused(401, "jwt", reason);
    vec![
        at_edge("no token", refused("credential_missing"), |reach| {
            exchange(reach.edge, &Request::get("/orders/42"))
        }),
        at_edge("a token that has expired", refused("expired"), |reach| read_order(reach, "flaw=expired")),
        at_edge("one that is not valid yet", refused("not_yet_valid"), |reach| {
            read_order(reach, "flaw=not_yet")
        }),
        at_edge("one that never expires", refused("expiry_missing"), |reach| {
            read_order(reach, "flaw=no_exp")
        }),
        at_edge("one for somebody else", refused("audience_wrong"), |reach| {
            read_order(reach, "flaw=wrong_audience")
        }),
        at_edge("one by somebody else", refused("issuer_unknown"), |reach| {
            read_order(reach, "flaw=wrong_issuer")
        }),
        at_edge("one of another kind", refused("type_wrong"), |reach| read_order(reach, "flaw=wrong_typ")),
        at_edge("one signed with a foreign key", refused("signature_invalid"), |reach| {
            read_order(reach, "flaw=wrong_key")
        }),
        at_edge("one with a key id nobody has", refused("key_unknown"), |reach| {
            read_order(reach, "flaw=unknown_kid")
        }),
        at_edge("one whose subject was changed", refused("signature_invalid"), |reach| {
            read_order(reach, "flaw=tampered")
        }),
        at_edge("one with alg none", refused("algorithm_unknown"), |reach| {
            read_order(reach, "flaw=alg_none")
        }),
        at_edge("HMAC with the public key", refused("algorithm_not_allowed"), |reach| {
            read_order(reach, "flaw=hs_with_public_key&alg=RS256")
        }),
        at_edge("an unknown critical header", refused("extension_critical"), |reach| {
            read_order(reach, "flaw=crit")
        }),
        at_edge("two Authorization headers", Refused(400, "jwt", "credential_duplicated"), |reach| {
            let (alice, mallory) = (reach.token("sub=alice")?, reach.token("sub=mallory")?);
            exchange(reach.edge, &Request::get("/orders/42").bearer(&alice).bearer(&mallory))
        }),
    ]
}

fn others() -> Vec<Scenario> {
    vec![
        at_edge("a partner's API key", Forwarded(as_partner), |reach| {
            export(reach, "/exports/orders", &reach.partner_key)
        }),
        at_edge("the same, one character off", Refused(401, "jwt", "api_key_wrong"), |reach| {
            export(reach, "/exports/orders", &format!("{}A", reach.partner_key))
        }),
        at_edge("the same, for another scope", Refused(403, "route", "scope_not_of_route"), |reach| {
            export(reach, "/exports/payments", &reach.partner_key)
        }),
        at_edge("a browser's preflight", Forwarded(as_nobody), |reach| {
            exchange(reach.edge, &preflight("/orders", "POST"))
        }),
        at_edge("a preflight for a guarded route", Refused(404, "route", "route_unknown"), |reach| {
            exchange(reach.edge, &preflight("/orders/42", "GET"))
        }),
    ]
}

fn policies() -> Vec<Scenario> {
    let denied = Refused(403, "authz", "no_policy_permits");
    vec![
        at_edge("a user without any role", denied, |reach| read_order(reach, "sub=bob&roles=[]")),
        at_edge("a buyer at level 1 orders", denied, |reach| {
            create_order(reach, "sub=bob&roles=[\"buyer\"]")
        }),
        at_edge("a buyer at level 2 orders", Forwarded(with_body), |reach| {
            create_order(reach, "sub=carol&roles=[\"buyer\"]&level=2")
        }),
        at_edge("support, by group", Forwarded(as_dave), |reach| {
            read_order(reach, "sub=dave&roles=[]&groups=[\"support\"]")
        }),
        at_edge("a suspended user", Refused(403, "authz", "policy_forbids"), |reach| {
            read_order(reach, "sub=eve&roles=[\"reader\",\"suspended\"]")
        }),
        at_edge("more requests than the limit", Refused(429, "ratelimit", "limit_reached"), |reach| {
            let request = Request::get("/orders").bearer(&reach.token("sub=greedy")?);
            let mut connection = Connection::plain(reach.edge)?;
            let mut answers = (0..MANY).map(|_| connection.exchange(&request));
            let last = answers.find(|answer| answer.as_ref().map_or(true, |answer| answer.status != 200));
            last.unwrap_or_else(|| Err(io::Error::other("no limit was reached")))
        }),
    ]
}

fn forgeries() -> Vec<Scenario> {
    vec![
        at_edge("x-watchword-subject: admin", Forwarded(as_alice), |reach| {
            read_order_with(reach, b"x-watchword-subject", b"admin")
        }),
        at_edge("X_Watchword_Subject: admin", Forwarded(as_alice), |reach| {
            read_order_with(reach, b"X_Watchword_Subject", b"admin")
        }),
        at_edge("a Txn-Token of the client's own", Forwarded(as_alice), |reach| {
            let forged = reach.token("sub=admin&flaw=wrong_typ")?;
            read_order_with(reach, b"Txn-Token", forged.as_bytes())
        }),
        at_edge("a header that is no UTF-8", Forwarded(as_alice), |reach| {
            read_order_with(reach, b"x-note", b"\xff\xfe")
        }),
    ]
}

fn paths() -> Vec<Scenario> {
    vec![
        at_edge("an unknown path", Refused(404, "route", "route_unknown"), |reach| read(reach, "/admin")),
        at_edge("a method the route has not", Refused(404, "route", "route_unknown"), |reach| {
            let request = Request::new("DELETE", "/orders/42").bearer(&reach.token("sub=alice")?);
            exchange(reach.edge, &request)
        }),
        at_edge("/orders/42;v=1", Refused(400, "route", "path_character"), |reach| {
            read(reach, "/orders/42;v=1")
        }),
        at_edge("/orders/..;/admin", Refused(404, "route", "route_unknown"), |reach| {
            read(reach, "/orders/..;/admin")
        }),
        at_edge("/orders/%2e%2e/admin", Refused(404, "route", "route_unknown"), |reach| {
            read(reach, "/orders/%2e%2e/admin")
        }),
        at_edge("/orders%2f42", RefusedByEnvoy(400), |reach| read(reach, "/orders%2f42")),
    ]
}

fn sidecars() -> Vec<Scenario> {
    let refused = Refused(403, "identity", "caller_not_listed");
    let no_certificate = NoConnection(AlertDescription::CertificateRequired);
    vec![
        // Both only shake hands: a request that nobody reads would reset the connection, and the reset
        // could overtake the alert.
        at(Side::Orders, "orders' sidecar, no certificate", no_certificate, |reach| {
            Connection::tls(reach.orders, &reach.certificates, None)?.answer()
        }),
        at(
            Side::Orders,
            "orders' sidecar, foreign certificate",
            NoConnection(AlertDescription::UnknownCA),
            |reach| Connection::tls(reach.orders, &reach.certificates, Some("outsider"))?.answer(),
        ),
        at(
            Side::Orders,
            "orders' sidecar, as the edge, no token",
            Refused(401, "identity", "txn_token_missing"),
            |reach| {
                let mut connection = Connection::tls(reach.orders, &reach.certificates, Some("edge"))?;
                connection.exchange(&Request::get("/orders/42"))
            },
        ),
        at(Side::Payments, "payments' sidecar, as the edge", refused, |reach| {
            let mut connection = Connection::tls(reach.payments, &reach.certificates, Some("edge"))?;
            connection.exchange(&Request::get("/payments/42"))
        }),
    ]
}

fn at_edge(sent: &'static str, expected: Expected, send: Send) -> Scenario {
    at(Side::Edge, sent, expected, send)
}

fn at(enters: Side, sent: &'static str, expected: Expected, send: Send) -> Scenario {
    Scenario { sent, enters, expected, send }
}

fn read_order(reach: &Reach, token: &str) -> io::Result<Answer> {
    exchange(reach.edge, &Request::get("/orders/42").bearer(&reach.token(token)?))
}

fn create_order(reach: &Reach, token: &str) -> io::Result<Answer> {
    let request = Request::post("/orders", r#"{"article":7}"#).bearer(&reach.token(token)?);
    exchange(reach.edge, &request)
}

fn export(reach: &Reach, path: &str, key: &str) -> io::Result<Answer> {
    exchange(reach.edge, &Request::get(path).header(b"x-api-key", key.as_bytes()))
}

fn preflight(path: &str, method: &str) -> Request {
    Request::new("OPTIONS", path)
        .header(b"origin", b"https://shop.test")
        .header(b"access-control-request-method", method.as_bytes())
}

fn read(reach: &Reach, path: &str) -> io::Result<Answer> {
    exchange(reach.edge, &Request::get(path).bearer(&reach.token("sub=alice")?))
}

fn read_order_with(reach: &Reach, name: &[u8], value: &[u8]) -> io::Result<Answer> {
    let request = Request::get("/orders/42").bearer(&reach.token("sub=alice")?).header(name, value);
    exchange(reach.edge, &request)
}
