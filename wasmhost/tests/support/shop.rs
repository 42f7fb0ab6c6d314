//! A small shop: its configuration, its issuer, and who calls.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jose::SigningKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use wasmhost::{CalloutAnswer, Headers, Module, Proxy, Request, Trap, Vm};

/// When tests begin, in seconds since the epoch.
pub const START: u64 = 1_700_000_000;

/// The environment variable with the key of the internal token.
const SIGNING_KEY: &str = "WATCHWORD_SIGNING_KEY";

const POLICIES: &str = r#"
    @id("readers") permit (principal, action == Action::"read", resource)
        when { principal.roles.contains("reader") };
"#;

const SCHEMA: &str = r#"
    entity User = { roles: Set<String> };
    entity Order;
    action read appliesTo { principal: [User], resource: [Order], context: { caller?: String } };
"#;

/// Keys and tokens of one run.
pub struct Shop {
    issuer: SigningKey,
    edge_pem: String,
    /// A token of a user who may read.
    pub reader: String,
    /// A token of a user who may not.
    pub stranger: String,
}

impl Shop {
    pub fn new() -> Self {
        let issuer = SigningKey::from_pkcs8_pem(&pem(), "k1").unwrap();
        let reader = token(&issuer, "reader");
        let stranger = token(&issuer, "stranger");
        Self { issuer, edge_pem: pem(), reader, stranger }
    }

    /// All stages at the edge. `/cold` takes tokens of an issuer whose keys are only at its cluster.
    pub fn configuration(&self) -> Value {
        let provider = |keys: Value| {
            json!({
                "kind": "generic", "issuer": "https://issuer.test", "audiences": ["shop-api"],
                "algorithms": ["ES256"], "keys": keys,
            })
        };
        let remote = json!({"remote": {
            "cluster": "issuer", "authority": "issuer.test", "path": "/jwks", "refresh_seconds": 10,
        }});
        let route = |name: &str, authenticate: Value, authorize: Value, limits: Value| {
            json!({
                "name": name, "match": {"methods": ["GET", "POST"], "path": format!("/{name}")},
                "authenticate": authenticate, "authorize": authorize, "limits": limits,
            })
        };
        let read = json!({"action": "read", "resource": {"type": "Order", "id": "all"}});
        json!({
            "realm": "shop",
            "routes": [
                route("open", json!("none"), json!("none"), json!(["per-address"])),
                route("orders", json!({"any_of": ["corp"]}), read, json!(["per-user", "per-address"])),
                route("cold", json!({"any_of": ["cold"]}), json!("none"), json!([])),
                route("shared", json!({"any_of": ["corp"]}), json!("none"), json!(["of-all"])),
                route("leased", json!({"any_of": ["corp"]}), json!("none"), json!(["leased"])),
            ],
            "jwt": {"providers": {"corp": provider(json!({"inline": self.jwks()})), "cold": provider(remote)}},
            "identity": {"mint": {
                "issuer": "https://edge.shop.test", "trust_domain": "shop.test",
                "workload": "spiffe://shop.test/edge", "key": {"secret": SIGNING_KEY, "id": "edge-1"},
                "lifetime_seconds": 300, "claims": ["iss"],
            }},
            "authz": {
                "schema": SCHEMA, "policies": POLICIES,
                "principals": [{
                    "of": "users", "type": "User", "id": "sub", "attributes": {"roles": {"claim": "roles"}},
                }],
            },
            "ratelimit": {"slots": 16, "services": {"quota": {
                // Another circuit would have to be closed between any two scenes.
                "cluster": "quota-svc", "domain": "shop", "breaker": {"failures": 1_000_000},
            }}, "limits": {
                "of-all": {"key": ["subject"], "global": {"service": "quota"}},
                "leased": {"key": ["subject"], "global": {"service": "quota", "mode": "lease"}},
                "per-user":
                    {"requests": 1_000_000, "per_seconds": 1, "burst": 1_000_000, "key": ["subject"]},
                "per-address":
                    {"requests": 1_000_000, "per_seconds": 1, "key": ["client_address"], "before_auth": true},
            }},
        })
    }

    /// The edge's listener for keys.
    pub fn publishing(&self) -> Value {
        json!({
            "routes": [{
                "name": "keys", "match": {"methods": ["GET", "HEAD"], "path": "/keys"},
                "authenticate": "none", "authorize": "none",
            }],
            "identity": {"publish": {"active": {"secret": SIGNING_KEY, "id": "edge-1"}}},
        })
    }

    /// A worker that was not configured yet.
    pub fn worker(&self, module: &Module, proxy: &Proxy) -> Result<Vm, Trap> {
        Vm::start(module, proxy, &[(SIGNING_KEY, &self.edge_pem)])
    }

    /// A worker that serves [`Self::configuration`].
    pub fn configured(&self, module: &Module, proxy: &Proxy) -> Vm {
        let mut vm = self.worker(module, proxy).unwrap();
        let accepted = vm.configure(self.configuration().to_string()).unwrap();
        assert!(accepted, "{:?}", proxy.log());
        vm
    }

    /// What the issuer answers at `/jwks`.
    pub fn keys(&self) -> CalloutAnswer {
        CalloutAnswer::new(200, self.jwks().to_string())
    }

    fn jwks(&self) -> Value {
        json!({"keys": [self.issuer.public_jwk()]})
    }
}

/// `GET` of a path from an address, with a bearer token or without.
pub fn get(path: &str, token: Option<&str>) -> Request {
    let request = Request::get("shop.test", path)
        .property(&["source", "address"], "192.0.2.1:49152")
        .header("x-request-id", "5f2b0a1c-1111-4222-8333-444455556666");
    match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    }
}

/// What only the proxy may say, said by the client.
pub const FORGED: &str = "forged";

/// The same request from a client that says who it is: a name of ours, and one that an application could
/// read as such.
pub fn forge(request: Request) -> Request {
    request.header("txn-token", FORGED).header("X_Watchword_Subject", FORGED)
}

/// Trailers that say the same, and one that means nothing to us.
pub fn forged_trailers() -> Headers {
    let names = ["x-watchword-subject", "X_Watchword_Claims", "txn-token", "x-control"];
    names.into_iter().map(|name| (name, if name == "x-control" { "kept" } else { FORGED })).collect()
}

fn token(issuer: &SigningKey, subject: &str) -> String {
    let roles = if subject == "reader" { json!(["reader"]) } else { json!([]) };
    let claims = json!({
        "iss": "https://issuer.test", "aud": "shop-api", "sub": subject, "roles": roles,
        "iat": START, "exp": START + 10 * 365 * 86_400,
    });
    issuer.sign("JWT", claims.as_object().unwrap()).unwrap()
}

fn pem() -> String {
    let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let text = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}
