//! Tokens that are bound to a client certificate (RFC 8705 §3), through a real Envoy that asks for one.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::json;
use testenv::client::{Answer, Connection, Request};
use testenv::issuer::TokenRequest;
use testenv::{Bootstrap, Certificates, Mesh, Options, Side};

/// The shop as shipped, with TLS before its edge: a certificate is asked for and not required.
fn shop() -> Mesh {
    let options = Options::new("bound-tokens").change(Side::Edge, ask_for_certificates);
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

/// The edge shows clients the certificate that it shows orders, and takes those of the same authority.
fn ask_for_certificates(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let upstream =
        bootstrap.cluster("orders")?["transport_socket"]["typed_config"]["common_tls_context"].clone();
    let listeners = bootstrap.document()?.pointer_mut("/static_resources/listeners");
    let listeners = listeners.and_then(serde_json::Value::as_array_mut).into_iter().flatten();
    for listener in listeners.filter(|listener| listener["name"] == "clients") {
        listener["filter_chains"][0]["transport_socket"] = json!({
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "disable_stateless_session_resumption": true,
                "disable_stateful_session_resumption": true,
                "common_tls_context": {
                    "tls_certificates": upstream["tls_certificates"],
                    "validation_context": {
                        "trusted_ca": upstream["validation_context"]["trusted_ca"],
                        // Others may come; Envoy then says that it has not validated them.
                        "trust_chain_verification": "ACCEPT_UNTRUSTED",
                    },
                },
            },
        });
    }
    Ok(())
}

/// `x5t#S256` of a certificate: the digest of its DER (RFC 8705 §3.1).
fn thumbprint(certificates: &Certificates, name: &str) -> String {
    let certificate = CertificateDer::from_pem_file(certificates.of(name).0).unwrap();
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate))
}

fn ask(mesh: &Mesh, token: &str, identity: Option<&str>) -> Answer {
    let request = Request::get("/orders").bearer(token);
    let mut connection = Connection::tls(mesh.reach.edge, &mesh.reach.certificates, identity).unwrap();
    connection.exchange(&request).unwrap()
}

#[test]
fn a_bound_token_is_good_with_its_certificate_and_no_other() {
    let mesh = shop();
    let certificates = &mesh.reach.certificates;
    let bound = |to: &str| {
        let confirmation = json!({ "x5t#S256": thumbprint(certificates, to) });
        mesh.issuer.token(&TokenRequest::new("alice").claim("cnf", confirmation)).unwrap()
    };
    let unbound = mesh.token("alice").unwrap();
    let (payments, outsider) = (bound("payments"), bound("outsider"));
    for (token, identity, status) in [
        (&unbound, None, 200),
        (&unbound, Some("payments"), 200),
        (&payments, Some("payments"), 200),
        (&payments, Some("orders"), 401),
        (&payments, None, 401),
        // Its own certificate, but of an authority that nobody trusts.
        (&outsider, Some("outsider"), 401),
        // A token that was seen and remembered is judged again for every connection.
        (&payments, Some("payments"), 200),
        (&payments, Some("stranger"), 401),
    ] {
        let answer = ask(&mesh, token, identity);
        assert_eq!(answer.status, status, "as {identity:?}: {}", answer.text());
    }
}
