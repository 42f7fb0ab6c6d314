//! What is asked of an edge all the time: good requests of many users, and every kind of bad one.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use testenv::Mesh;
use testenv::client::Request;
use testenv::issuer::{Algorithm, Flaw, TokenRequest};

use crate::load::Case;

/// Users who take turns.
const USERS: usize = 40;

/// How long a token is good for: longer than anybody soaks.
const LIFETIME_SECONDS: u64 = 48 * 3_600;

/// Good and bad requests, mixed. The first is a good one.
pub fn cases(mesh: &Mesh) -> io::Result<Vec<Case>> {
    let (good, bad) = (good(mesh)?, bad(mesh)?);
    let mut cases = Vec::with_capacity(good.len() * 2);
    for (number, good) in good.into_iter().enumerate() {
        cases.push(good);
        cases.push(bad[number % bad.len()].clone());
    }
    Ok(cases)
}

/// Those of `cases` that are let in, or those that are not.
pub fn only(cases: &[Case], let_in: bool) -> Vec<Case> {
    cases.iter().filter(|case| (case.status == 200) == let_in).cloned().collect()
}

/// The same, where those that would be let in get this status.
pub fn answered_with(cases: &[Case], status: u16) -> Vec<Case> {
    let answered = |case: &Case| match case.status {
        200 => Case { status, subject: case.subject.clone().filter(|_| status == 200), ..case.clone() },
        _ => case.clone(),
    };
    cases.iter().map(answered).collect()
}

/// What a user's token says.
pub fn user(subject: &str) -> io::Result<TokenRequest> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(TokenRequest::new(subject).claim("exp", now.as_secs() + LIFETIME_SECONDS))
}

/// What everybody asks for.
pub fn orders() -> Request {
    Request::get("/orders")
}

fn good(mesh: &Mesh) -> io::Result<Vec<Case>> {
    let case = |number: usize| {
        let subject = format!("user-{number}");
        let algorithm = Algorithm::ALL[number % Algorithm::ALL.len()];
        let token = mesh.issuer.token(&user(&subject)?.algorithm(algorithm))?;
        let request = orders().bearer(&token);
        // Bytes that are no text are a client's own affair.
        let request = if number % 5 == 4 { request.header("x-note", b"\xff\xfe") } else { request };
        Ok(Case { request, status: 200, subject: Some(subject) })
    };
    (0..USERS).map(case).collect()
}

fn bad(mesh: &Mesh) -> io::Result<Vec<Case>> {
    let token = |request: TokenRequest| mesh.issuer.token(&request);
    let case = |status, request| Case { request, status, subject: None };
    let mut cases = Vec::new();
    for flaw in [
        Flaw::WrongKey,
        Flaw::Expired,
        Flaw::AlgNone,
        Flaw::Tampered,
        Flaw::EmbeddedJwk,
        Flaw::HsWithPublicKey,
        Flaw::WrongIssuer,
        Flaw::TwoParts,
    ] {
        cases.push(case(401, orders().bearer(&token(user("eve")?.flaw(flaw))?)));
    }
    let (alice, nobody) = (token(user("alice")?)?, token(user("nobody")?.claim("roles", json!([])))?);
    cases.extend([
        case(401, orders()),
        case(401, orders().header("x-watchword-subject", "admin").header("txn-token", "e30.e30.")),
        case(401, orders().bearer("garbage")),
        case(400, orders().bearer(&alice).bearer(&alice)),
        case(403, orders().bearer(&nobody)),
        case(404, Request::get("/nothing").bearer(&alice)),
        case(400, Request::get("/orders/42;v=1").bearer(&alice)),
    ]);
    Ok(cases)
}
