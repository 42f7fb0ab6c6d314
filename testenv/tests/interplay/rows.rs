//! What is sent to the edge, and what must come of it.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use testenv::Issuer;
use testenv::client::Request;
use testenv::issuer::{Flaw, TokenRequest};

/// Who answers.
pub enum Want {
    /// The service, which is told this subject.
    Service(&'static str),
    /// The service, which is told nobody.
    Open,
    /// A filter, with this status; the details begin so.
    Refused(u16, &'static str),
}

pub struct Row {
    pub name: &'static str,
    pub request: Request,
    pub want: Want,
    /// The subject that the access log must show.
    pub logged: Option<&'static str>,
}

const NATIVE: &str = "jwt_authn_access_denied";
const RBAC: &str = "rbac_access_denied";

/// All rows.
pub fn all(issuer: &Issuer) -> io::Result<Vec<Row>> {
    let token = |request: TokenRequest| issuer.token(&request);
    let staff = token(TokenRequest::new("staff-alice"))?;
    let user = token(TokenRequest::new("alice"))?;
    let row = |name, request, want, logged| Row { name, request, want, logged };
    let refused = |name, token: &str, status, details| {
        row(name, Request::get("/orders").bearer(token), Want::Refused(status, details), None)
    };
    let flawed = |flaw| issuer.token(&TokenRequest::new("staff-alice").flaw(flaw));
    let claimed =
        |name, value: serde_json::Value| token(TokenRequest::new("staff-alice").claim(name, value));
    let alice = Some("staff-alice");
    Ok(vec![
        row("control: staff", get(&staff), Want::Service("staff-alice"), alice),
        row("control: nobody where none is needed", Request::get("/healthz"), Want::Open, None),
        row(
            "control: a token where none is asked for",
            Request::get("/healthz").bearer(&staff),
            Want::Open,
            None,
        ),
        row(
            "control: a claim that is not configured",
            get(&claimed("groups", "x".into())?),
            Want::Service("staff-alice"),
            alice,
        ),
        row("RBAC: not staff", get(&user), Want::Refused(403, RBAC), Some("alice")),
        row(
            "no token",
            Request::get("/orders"),
            Want::Refused(401, "watchword_route_identity_missing"),
            None,
        ),
        row(
            "forged headers, no token",
            forged(Request::get("/orders")),
            Want::Refused(401, "watchword_route"),
            None,
        ),
        row("forged headers, not staff", forged(get(&user)), Want::Refused(403, RBAC), Some("alice")),
        row("forged headers, staff", forged(get(&staff)), Want::Service("staff-alice"), alice),
        row("forged headers where none is needed", forged(Request::get("/healthz")), Want::Open, None),
        refused("expired", &flawed(Flaw::Expired)?, 401, NATIVE),
        refused("a foreign key", &flawed(Flaw::WrongKey)?, 401, NATIVE),
        refused("alg none", &flawed(Flaw::AlgNone)?, 401, NATIVE),
        refused("another issuer", &flawed(Flaw::WrongIssuer)?, 401, NATIVE),
        refused("for somebody else", &flawed(Flaw::WrongAudience)?, 403, NATIVE),
        refused("never expires", &flawed(Flaw::NoExp)?, 401, NATIVE),
        // Within a minute after its end, jwt_authn still takes a token.
        refused(
            "expired within its leeway",
            &claimed("exp", (now() - 30).into())?,
            401,
            "watchword_identity_native_expired",
        ),
        refused("no subject", &flawed(Flaw::NoSub)?, 401, "watchword_identity_native_subject_missing"),
        refused(
            "an empty subject",
            &claimed("sub", "".into())?,
            401,
            "watchword_identity_native_subject_missing",
        ),
        refused(
            "a level of text",
            &claimed("level", "high".into())?,
            401,
            "watchword_identity_native_claim_malformed",
        ),
        refused(
            "roles of one text",
            &claimed("roles", "reader".into())?,
            401,
            "watchword_identity_native_claim_malformed",
        ),
        row(
            "an unknown path",
            Request::get("/admin").bearer(&staff),
            Want::Refused(404, "watchword_route_route_unknown"),
            None,
        ),
    ])
}

fn get(token: &str) -> Request {
    Request::get("/orders").bearer(token)
}

/// Everything by which a client could try to be staff.
fn forged(request: Request) -> Request {
    let names =
        ["x-watchword-subject", "X_Watchword_Subject", "wasm.watchword.subject", "x-watchword-provider"];
    let request = names.into_iter().fold(request, |request, name| request.header(name, "staff-eve"));
    request.header("txn-token", "e30.e30.e30").header("x-jwt-payload", "eyJzdWIiOiJzdGFmZi1ldmUifQ")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
