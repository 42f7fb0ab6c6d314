//! All stages behind one configuration, asked as a proxy asks them.

use std::net::{IpAddr, Ipv4Addr};

use authz::Authz;
use contract::{
    Answer, BackgroundEnv, Connection, Entropy, EntropyError, Env, Fetch, Fetched, Head, NoMeter,
    NoProxyCrypto, PeerFacts, Secrets, StageKind, UnixTime,
};
use identity::IdentityStages;
use jwt::Jwt;
use pipeline::{Allowed, Chain, Handoff, Pipeline, Step, Surroundings, Unwatched, compile};
use ratelimit::Ratelimit;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{AUDIENCE, ISSUER, Issuer, SharedMemory};

/// The stages of `watchword.wasm`.
const KINDS: [&dyn StageKind; 4] = [&Jwt, &IdentityStages, &Authz, &Ratelimit];

/// The only good API key: the id and 32 bytes of secret.
pub const API_KEY: &str = "partner1.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";

const SCHEMA: &str = "
    entity Group;
    entity User in [Group] { level: Long, roles: Set<String> };
    entity Order;
    action read, create appliesTo { principal: [User], resource: [Order], context: {} };";

const POLICIES: &str = "
    @id(\"readers\") permit (principal, action == Action::\"read\", resource)
    when { principal.roles.contains(\"reader\") };
    @id(\"support\") permit (principal in Group::\"support\", action == Action::\"read\", resource);
    @id(\"buyers\") permit (principal, action == Action::\"create\", resource)
    when { principal.roles.contains(\"buyer\") && principal.level >= 2 };
    @id(\"suspended\") forbid (principal, action, resource)
    when { principal.roles.contains(\"suspended\") };";

/// A configuration of all stages: what is open, what users may, what partners may, and nothing else.
pub fn configuration() -> Value {
    let digest = digest(&SHA256, API_KEY.as_bytes());
    let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    json!({
        "realm": "shop",
        "routes": [
            { "name": "health", "match": { "methods": ["GET"], "path": "/healthz" },
              "authenticate": "none", "authorize": "none", "limits": ["per-address"] },
            { "name": "read", "match": { "methods": ["GET"], "path": "/orders/{order}" },
              "authenticate": { "any_of": ["corp"] },
              "authorize": { "action": "read", "resource": { "type": "Order", "id": "{order}" } },
              "limits": ["per-address", "per-user"] },
            { "name": "create", "match": { "methods": ["POST"], "path": "/orders" },
              "authenticate": { "any_of": ["corp"] },
              "accepts": { "content_types": ["application/json"], "body_bytes": 64, "query": [] },
              "authorize": { "action": "create", "resource": { "type": "Order", "id": "new" } },
              "limits": ["per-client", "per-user"] },
            { "name": "export", "match": { "methods": ["GET"], "path": "/exports" },
              "authenticate": { "any_of": ["partners"] }, "authorize": "none" },
        ],
        "unknown_route": "deny",
        "jwt": {
            "sources": [
                { "header": "authorization", "scheme": "Bearer" }, { "cookie": "session" },
                { "query": "access_token" },
            ],
            "providers": { "corp": {
                "kind": "access_token", "issuer": ISSUER, "audiences": [AUDIENCE], "algorithms": ["EdDSA"],
                "keys": { "inline": { "keys": [Issuer::new().jwk()] } },
            } },
            "api_keys": { "partners": {
                "source": { "header": "x-api-key" },
                "keys": [{ "id": "partner1", "sha256": digest, "owner": "acme" }],
            } },
        },
        "identity": {},
        "authz": {
            "schema": SCHEMA, "policies": POLICIES,
            "principals": [{
                "of": "users", "type": "User", "id": "sub",
                "attributes": { "level": { "claim": "level" }, "roles": { "claim": "roles" } },
                "parents": [{ "type": "Group", "claim": "groups", "required": false }],
            }],
        },
        "ratelimit": { "limits": {
            "per-user": { "requests": 1_000_000, "per_seconds": 1, "key": ["subject"] },
            "per-address":
                { "requests": 1_000_000, "per_seconds": 1, "key": ["client_address"], "before_auth": true },
            "per-client": { "requests": 1_000_000, "per_seconds": 1, "before_auth": true,
                "key": [{ "client_address": { "from_right": 1 } }, { "header": "x-device" }] },
        } },
    })
}

/// The same without policies and limits: compiled in a thousandth of the time.
pub fn lean_configuration() -> Value {
    let mut document = configuration();
    for route in document["routes"].as_array_mut().expect("routes") {
        route["authorize"] = json!("none");
        route["limits"] = json!([]);
    }
    let sections = document.as_object_mut().expect("sections");
    sections.retain(|name, _| !["authz", "ratelimit"].contains(&name.as_str()));
    document
}

/// A configuration that is compiled, with its memory.
pub struct Gateway {
    pipeline: Pipeline,
    memory: SharedMemory,
}

/// What comes of a request.
pub enum Outcome {
    /// It goes on.
    Allowed(Box<Allowed>),
    /// It is answered here, by a refusal or by a stage.
    Answered(Answer),
    /// It waits, or something is asked for it: there is somebody to be waited for.
    Pending,
}

impl Gateway {
    /// Compile it, as the module does.
    ///
    /// # Errors
    /// The message that the proxy would log.
    pub fn compile(document: &[u8]) -> Result<Self, contract::ConfigError> {
        Self::compile_beside(document, SharedMemory::default())
    }

    /// Compile it over this memory.
    ///
    /// # Errors
    /// The message that the proxy would log.
    pub fn compile_beside(document: &[u8], memory: SharedMemory) -> Result<Self, contract::ConfigError> {
        let with =
            Surroundings { secrets: &OneSecret, store: &memory, entropy: &Sevens, crypto: &NoProxyCrypto };
        let pipeline = compile(document, &KINDS, Chain::Whole, &with)?;
        Ok(Self { pipeline, memory })
    }

    /// The memory of its workers.
    pub const fn memory(&self) -> &SharedMemory {
        &self.memory
    }

    /// Judge a request of somebody who has shown no certificate.
    pub fn judge(&self, head: &Head, now: UnixTime) -> Outcome {
        self.judge_of(None, head, now)
    }

    /// Judge a request of whoever has shown this certificate.
    pub fn judge_of(&self, peer: Option<&PeerFacts>, head: &Head, now: UnixTime) -> Outcome {
        let env = Env {
            now,
            entropy: &Sevens,
            connection: &Loopback(peer),
            store: &self.memory,
            crypto: &NoProxyCrypto,
            meter: &NoMeter,
        };
        match self.pipeline.begin(head, Handoff::default(), &env, &Unwatched) {
            Step::Allow(allowed) => Outcome::Allowed(allowed),
            Step::Answer(answered) => Outcome::Answered(answered.answer),
            Step::Refuse(refused) => {
                let id = refused.record.request_id();
                Outcome::Answered(Answer::new(&refused.refusal, self.pipeline.realm(), id))
            }
            Step::Wait(_) | Step::Ask(_) => Outcome::Pending,
        }
    }

    /// What its stages want fetched.
    pub fn due(&self, now: UnixTime) -> Vec<Fetch> {
        let env = self.background(now);
        self.pipeline.backgrounds().flat_map(|(_, background)| background.due(&env).fetches).collect()
    }

    /// Tell the stages how the fetch has ended, of which they know by its id.
    pub fn fetched(&self, fetch: &Fetch, outcome: Fetched<'_>, now: UnixTime) {
        for (_, background) in self.pipeline.backgrounds() {
            // Why it is not taken is for the log.
            let _ = background.fetched(fetch.id, outcome, &self.background(now));
        }
    }

    fn background(&self, now: UnixTime) -> BackgroundEnv<'_> {
        BackgroundEnv { now, entropy: &Sevens, store: &self.memory, meter: &NoMeter }
    }
}

/// The secret of all names.
struct OneSecret;

impl Secrets for OneSecret {
    fn secret(&self, _: &str) -> Option<String> {
        Some("a secret of more than thirty-two bytes".to_owned())
    }
}

/// Bytes that are the same in every run: what is found is found again.
struct Sevens;

impl Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(7);
        Ok(())
    }
}

/// A client on this machine.
struct Loopback<'a>(Option<&'a PeerFacts>);

impl Connection for Loopback<'_> {
    fn source_address(&self) -> Option<IpAddr> {
        Some(Ipv4Addr::LOCALHOST.into())
    }

    fn peer(&self) -> Option<PeerFacts> {
        self.0.cloned()
    }
}
