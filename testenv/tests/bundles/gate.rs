//! A listener of the edge that decides by a bundle of its own, which comes from a server of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use serde_json::{Value, json};
use testenv::free_ports;
use testenv::issuer::Key;
use testenv::policies::PolicyServer;

use crate::rules::HEADER;
use crate::world::{NAME, World};

/// Where each server has the bundle.
pub const PATH: &str = "/shop.json";

/// Where it has a candidate.
pub const CANDIDATE: &str = "/next.json";

/// How long a fetch may take: these servers are on the loopback, but a worker that takes in forty bundles at its
/// start looks at no answer meanwhile.
const TIMEOUT_MS: u64 = 1_500;

/// The variable of the environment with the secret under which workers share.
const SECRET: &str = "WATCHWORD_MAC_KEY";

/// A listener.
pub struct Gate {
    pub name: String,
    pub server: PolicyServer,
    port: u16,
    /// Held until the edge starts, so that nobody else gets the port.
    held: Vec<TcpListener>,
    sharing: bool,
    min_version: u64,
    with_candidate: bool,
}

impl Gate {
    /// One whose workers share what one of them fetches.
    pub fn new(name: &str) -> io::Result<Self> {
        let ([port], held) = free_ports()?;
        Ok(Self {
            name: name.to_owned(),
            server: PolicyServer::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?,
            port,
            held,
            sharing: true,
            min_version: 1,
            with_candidate: false,
        })
    }

    /// Each worker fetches for itself.
    pub fn alone(self) -> Self {
        Self { sharing: false, ..self }
    }

    /// Take no version below this one.
    pub fn at_least(self, min_version: u64) -> Self {
        Self { min_version, ..self }
    }

    /// Judge a candidate beside.
    pub fn beside_candidate(self) -> Self {
        Self { with_candidate: true, ..self }
    }

    /// Serve this version from now on.
    pub fn publish(&self, world: &World, version: u64) -> io::Result<()> {
        self.server.publish(PATH, world.bundle(version)?);
        Ok(())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// Let the edge have the port.
    pub fn release(&mut self) {
        self.held.clear();
    }

    /// The listener, made of the one that is shipped.
    pub fn listener(&self, shipped: &Value, world: &World) -> Value {
        let mut listener = shipped.clone();
        listener["name"] = json!(self.name);
        listener["address"]["socket_address"]["port_value"] = json!(self.port);
        let plugin = &mut listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"][0]["typed_config"]
            ["config"];
        plugin["name"] = json!(format!("watchword.{}", self.name));
        self.configure(&mut plugin["configuration"]["value"]["authz"], world);
        listener
    }

    fn configure(&self, authz: &mut Value, world: &World) {
        let principals = authz["principals"].take();
        *authz = json!({
            "bundle": self.bundle(PATH, world), "principals": principals, "public_reason_header": HEADER,
        });
        if self.with_candidate {
            authz["candidate"] = json!({ "bundle": self.bundle(CANDIDATE, world) });
        }
    }

    fn bundle(&self, path: &str, world: &World) -> Value {
        let mut bundle = json!({
            "name": NAME,
            "keys": { "inline": { "keys": world.trusted.each_ref().map(Key::public_jwk) } },
            "algorithms": ["ES256", "EdDSA"],
            "min_version": self.min_version,
            "remote": {
                "cluster": self.name, "authority": "policies.test", "path": path,
                "timeout_ms": TIMEOUT_MS, "refresh_seconds": 1,
            },
        });
        if self.sharing {
            bundle["sharing"] = json!({ "secret": SECRET });
        }
        bundle
    }
}
