//! Tokens that are bound to a certificate (RFC 8705 §3).

use super::world::{Nowhere, Tls};
use super::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::{Cause, Connection};
use ring::digest::{SHA256, digest};

const OURS: Tls = Tls { der: b"the certificate of the client", validated: true };
const ANOTHER: Tls = Tls { der: b"the certificate of a thief", validated: true };
const NOT_VALIDATED: Tls = Tls { validated: false, ..OURS };

fn bound() -> Value {
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, OURS.der));
    with("cnf", json!({"x5t#S256": thumbprint}))
}

fn ask(bench: &Bench, token: &str, connection: &dyn Connection) -> Verdict {
    let value = format!("Bearer {token}");
    bench.request(&Asked { fields: &[("authorization", &value)], connection, ..Asked::default() })
}

/// Each connection, with what comes of it.
fn outcomes() -> [(&'static dyn Connection, &'static str); 4] {
    [
        (&OURS, "forwarded"),
        (&ANOTHER, "certificate_wrong"),
        (&NOT_VALIDATED, "certificate_missing"),
        (&Nowhere, "certificate_missing"),
    ]
}

#[test]
fn they_are_good_in_the_hands_of_their_owner_alone() {
    let issuer = Issuer::new("k");
    for (kind, typ) in [("access_token", "at+jwt"), ("generic", "JWT"), ("id_token", "JWT")] {
        for (connection, expected) in outcomes() {
            let bench = Bench::new(inline(kind, &issuer), any_of(&["corp"]));
            let verdict = ask(&bench, &issuer.token(typ, &bound()), connection);
            assert_eq!(reason(verdict), expected, "{kind}");
        }
    }
}

#[test]
fn a_remembered_token_is_judged_by_the_connection_too() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &bound());
    for (connection, expected) in outcomes().into_iter().chain(outcomes()) {
        let verdict = ask(&bench, &token, connection);
        if let Verdict::Refuse(refusal) = &verdict {
            assert_eq!(refusal.cause, Cause::CredentialInvalid, "{expected}");
        }
        assert_eq!(reason(verdict), expected);
    }
}

#[test]
fn a_certificate_does_not_matter_to_a_token_that_is_not_bound() {
    let issuer = Issuer::new("k");
    let bench = Bench::new(inline("access_token", &issuer), any_of(&["corp"]));
    let token = issuer.token("at+jwt", &claims());
    for (connection, _) in outcomes() {
        assert_eq!(reason(ask(&bench, &token, connection)), "forwarded");
    }
}
