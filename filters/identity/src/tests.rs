//! Whole hops, made from configurations as they are written.

mod attach;
mod config;
mod hygiene;
mod mint;
mod native;
mod peer;
mod publish;
mod spiffe_corpus;
mod verify;

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contract::{
    AtEnd, Authenticate, Compile, ConfigError, CredentialKind, Demands, Duration, Edits, Identity,
    IdentityFacts, Peer, PeerFacts, Refusal, Request, Route, RouteId, RouteMatch, Secrets, Section,
    SettledPath, Stage, StageKind, Verdict,
};
use jose::SigningKey;
use rcgen::SanType;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::IdentityStages;
use crate::testing::{NOW, World, certificate, head};

const EDGE: &str = "spiffe://shop.test/edge";

/// The stages of one listener.
struct Hop {
    stages: Vec<Box<dyn Stage>>,
}

/// What became of a request that was let pass.
struct Passed {
    request: Edits,
    identity: Option<Rc<Identity>>,
    peer: Option<Rc<Peer>>,
    evidence: Vec<String>,
    at_end: Vec<AtEnd>,
}

impl Hop {
    fn new(section: &Value, pem: &str, world: &World) -> Self {
        Self { stages: compile(section, pem, world).unwrap() }
    }

    fn ask(
        &self,
        world: &World,
        authenticate: Authenticate,
        identity: Option<&Rc<Identity>>,
        fields: &[(&str, &str)],
    ) -> Result<Passed, Verdict> {
        self.ask_at("/", world, authenticate, identity, fields)
    }

    fn ask_at(
        &self,
        path: &str,
        world: &World,
        authenticate: Authenticate,
        identity: Option<&Rc<Identity>>,
        fields: &[(&str, &str)],
    ) -> Result<Passed, Verdict> {
        let (head, path) = (head(fields), SettledPath::settle(path.as_bytes()).unwrap());
        let route = route(authenticate);
        let route = RouteMatch { id: RouteId(0), route: &route, parameters: vec![] };
        let mut passed = Passed {
            request: Edits::new(),
            identity: identity.cloned(),
            peer: None,
            evidence: vec![],
            at_end: vec![],
        };
        for stage in &self.stages {
            let (identity, peer) = (passed.identity.as_ref(), passed.peer.as_ref());
            let request = Request { head: &head, path: &path, route: &route, identity, peer };
            match stage.decide(&request, &world.env()) {
                Verdict::Forward(forward) => {
                    passed.request.extend(forward.request);
                    passed.identity = forward.identity.or(passed.identity);
                    passed.peer = forward.peer.or(passed.peer);
                    passed.evidence.extend(forward.evidence);
                    passed.at_end.extend(forward.at_end);
                }
                other @ (Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) | Verdict::Refuse(_)) => {
                    return Err(other);
                }
            }
        }
        Ok(passed)
    }
}

impl Passed {
    fn end(self, world: &World) {
        for at_end in self.at_end {
            at_end(world.now, &world.store);
        }
    }
}

struct OneSecret<'a>(&'a str);

impl Secrets for OneSecret<'_> {
    fn secret(&self, name: &str) -> Option<String> {
        (name == "SIGNING_KEY").then(|| self.0.to_owned())
    }
}

fn route(authenticate: Authenticate) -> Route {
    Route {
        name: "any".into(),
        authenticate,
        demands: Demands::default(),
        credential: None,
        accepts: contract::Accepts::default(),
        authorize: None,
        limits: vec![],
        parameters: vec![],
    }
}

fn compile(section: &Value, pem: &str, world: &World) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    compile_for(&[], section, pem, world)
}

fn compile_for(
    routes: &[Route],
    section: &Value,
    pem: &str,
    world: &World,
) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    let with = Compile {
        routes,
        secrets: &OneSecret(pem),
        store: &world.store,
        entropy: world,
        crypto: world.crypto,
    };
    IdentityStages.compile(&Section::new("identity", section), &with)
}

/// A fresh key on P-256, in PEM.
fn new_key() -> String {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    pem(key.as_ref())
}

/// A PKCS#8 structure in PEM.
fn pem(der: &[u8]) -> String {
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der))
}

/// The key set that verifies what `pem` signs under `id`.
fn key_set(pem: &str, id: &str) -> Value {
    json!({"keys": [SigningKey::from_pkcs8_pem(pem, id).unwrap().public_jwk()]})
}

fn mint_section() -> Value {
    json!({"mint": {
        "issuer": "https://edge.shop.test",
        "trust_domain": "shop.test",
        "workload": EDGE,
        "key": {"secret": "SIGNING_KEY", "id": "edge-1"},
        "claims": ["tenant", "roles", "absent"],
    }})
}

fn verify_section(keys: &Value) -> Value {
    json!({"verify": {
        "issuer": "https://edge.shop.test",
        "trust_domain": "shop.test",
        "keys": {"inline": keys},
        "callers": [EDGE],
        "register": true,
    }})
}

fn attach_section(keys: &Value) -> Value {
    json!({"attach": {
        "destinations": ["payments"],
        "issuer": "https://edge.shop.test",
        "trust_domain": "shop.test",
        "keys": {"inline": keys},
    }})
}

/// A world in which `workload` has connected over mTLS.
fn called_by(workload: &str) -> World {
    let certificate_pem = certificate([SanType::URI(workload.try_into().unwrap())]);
    World { peer: Some(PeerFacts { validated: true, certificate_pem }), ..World::default() }
}

/// A user whose access token ends in an hour.
fn user(subject: &str) -> Rc<Identity> {
    let claims = json!({"sub": subject, "tenant": "t1", "roles": ["buyer"], "email": "not carried"});
    identity(IdentityFacts {
        provider: "corp".into(),
        kind: CredentialKind::AccessToken,
        issuer: "https://issuer.test".into(),
        subject: subject.into(),
        audience: vec!["shop-api".into()],
        scopes: vec!["orders:read".into(), "orders:write".into()],
        expires: NOW.plus(Duration::from_secs(3_600)).seconds(),
        transaction: None,
        claims: claims.as_object().unwrap().clone(),
    })
}

#[expect(clippy::disallowed_methods, reason = "a test plays the token stage")]
fn identity(facts: IdentityFacts) -> Rc<Identity> {
    Rc::new(Identity::from_verified(facts))
}

fn any_of(provider: &str) -> Authenticate {
    Authenticate::AnyOf(vec![provider.into()])
}

fn refusal(outcome: Result<Passed, Verdict>) -> Refusal {
    match outcome.map(|passed| passed.request) {
        Err(Verdict::Refuse(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

fn reason(outcome: Result<Passed, Verdict>) -> &'static str {
    refusal(outcome).reason
}
