//! The issuer as a server, which can be told to misbehave.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use serde_json::json;

use super::mint::Mint;
use super::{Algorithm, Key, TokenRequest};
use crate::http::{self, Answer, Server};

/// How the endpoint for keys behaves. `/token` always works: it stands for tokens issued before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should.
    Serve,
    /// The connection is closed without an answer.
    Close,
    /// This status and no keys.
    Fail(u16),
    /// The right answer, this much later.
    Delay(Duration),
}

/// The issuer `https://issuer.test`, serving on the loopback.
#[derive(Debug)]
pub struct Issuer {
    state: Arc<State>,
    server: Server,
}

#[derive(Debug)]
struct State {
    mint: Mint,
    behaviour: Mutex<Behaviour>,
    key_fetches: AtomicU64,
}

impl Issuer {
    /// Make keys and serve on `listen`; port 0 chooses a free one.
    ///
    /// # Errors
    /// When the address is taken, or the system gives no random numbers.
    pub fn start(listen: SocketAddr) -> io::Result<Self> {
        let state = Arc::new(State {
            mint: Mint::new()?,
            behaviour: Mutex::new(Behaviour::Serve),
            key_fetches: AtomicU64::new(0),
        });
        let shared = Arc::clone(&state);
        let server = Server::start(listen, move |request| respond(Arc::clone(&shared), request))?;
        Ok(Self { state, server })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// A token, made in this process.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn token(&self, request: &TokenRequest) -> io::Result<String> {
        request.issue(&self.state.mint)
    }

    /// The key that it signs with by this algorithm: for tests that build tokens byte by byte.
    pub fn key(&self, algorithm: Algorithm) -> &Key {
        self.state.mint.key(algorithm)
    }

    /// From now on, behave so.
    pub fn behave(&self, behaviour: Behaviour) {
        *self.state.behaviour.lock().unwrap_or_else(PoisonError::into_inner) = behaviour;
    }

    /// How often keys were asked for, also in vain.
    pub fn key_fetches(&self) -> u64 {
        self.state.key_fetches.load(Ordering::Relaxed)
    }

    /// Serve until the process ends.
    ///
    /// # Errors
    /// When the server breaks.
    pub fn run(self) -> io::Result<()> {
        self.server.run()
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> io::Result<Answer> {
    match request.uri().path() {
        "/.well-known/openid-configuration" => http::json(200, &state.discovery(&request)),
        "/jwks" => state.keys().await,
        "/token" => state.token(request.uri().query().unwrap_or_default()),
        _ => http::json(404, &json!({ "error": "not_found" })),
    }
}

impl State {
    /// Metadata (OpenID Connect Discovery §3). Endpoints are where the client found us.
    fn discovery(&self, request: &Request<Incoming>) -> serde_json::Value {
        let host =
            request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("issuer.test");
        json!({
            "issuer": self.mint.name(),
            "jwks_uri": format!("http://{host}/jwks"),
            "token_endpoint": format!("http://{host}/token"),
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"],
        })
    }

    async fn keys(&self) -> io::Result<Answer> {
        self.key_fetches.fetch_add(1, Ordering::Relaxed);
        let behaviour = *self.behaviour.lock().unwrap_or_else(PoisonError::into_inner);
        match behaviour {
            Behaviour::Serve => {}
            Behaviour::Close => return Err(io::Error::other("told to close")),
            Behaviour::Fail(status) => return http::json(status, &json!({ "error": "told to fail" })),
            Behaviour::Delay(delay) => tokio::time::sleep(delay).await,
        }
        http::json(200, &self.mint.key_set())
    }

    fn token(&self, query: &str) -> io::Result<Answer> {
        match TokenRequest::from_query(query).and_then(|request| request.issue(&self.mint)) {
            Ok(token) => http::json(200, &json!({ "access_token": token, "token_type": "Bearer" })),
            Err(error) => http::json(400, &json!({ "error": error.to_string() })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Request, exchange};
    use crate::issuer::Flaw;

    #[test]
    fn publishes_a_key_for_every_algorithm() {
        let issuer = Issuer::start("127.0.0.1:0".parse().unwrap()).unwrap();
        let keys = exchange(issuer.address(), &Request::get("/jwks")).unwrap().json();
        let kinds: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| &key["kty"]).collect();
        assert_eq!(kinds, ["RSA", "EC", "OKP"]);
        assert_eq!(issuer.key_fetches(), 1);
    }

    #[test]
    fn every_flaw_makes_another_token_than_the_good_one() {
        let issuer = Issuer::start("127.0.0.1:0".parse().unwrap()).unwrap();
        for (flaw, name) in Flaw::ALL {
            let path = format!("/token?sub=bob&alg=ES256&flaw={name}");
            let answer = exchange(issuer.address(), &Request::get(&path)).unwrap();
            let token = answer.json()["access_token"].as_str().unwrap().to_owned();
            let parts = token.split('.').count();
            assert_eq!(parts, if flaw == Flaw::TwoParts { 2 } else { 3 }, "{name}");
            assert_eq!(
                token.ends_with('.'),
                matches!(flaw, Flaw::AlgNone | Flaw::EmptySignature),
                "{name}"
            );
        }
    }

    #[test]
    fn an_unknown_parameter_value_is_an_error_and_not_a_default() {
        let issuer = Issuer::start("127.0.0.1:0".parse().unwrap()).unwrap();
        let answer = exchange(issuer.address(), &Request::get("/token?flaw=nonsense")).unwrap();
        assert_eq!(answer.status, 400);
        assert!(TokenRequest::from_query("alg=RS512").is_err());
        let request = TokenRequest::new("bob").algorithm(Algorithm::EdDsa);
        assert!(issuer.token(&request).unwrap().starts_with("ey"));
    }

    #[test]
    fn fails_on_demand() {
        let issuer = Issuer::start("127.0.0.1:0".parse().unwrap()).unwrap();
        issuer.behave(Behaviour::Fail(500));
        assert_eq!(exchange(issuer.address(), &Request::get("/jwks")).unwrap().status, 500);
        issuer.behave(Behaviour::Close);
        assert!(exchange(issuer.address(), &Request::get("/jwks")).is_err());
    }
}
