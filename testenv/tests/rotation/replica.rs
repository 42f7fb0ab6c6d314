//! One replica of the edge, and what it is told of keys.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::RwLock;

use serde_json::{Value, json};
use testenv::client::{Connection, Request};
use testenv::issuer::Key;
use testenv::{Bootstrap, Envoy, Mesh};

use crate::fleet::LIFETIME;

/// A stage of a rotation.
pub struct Stage<'a> {
    pub previous: Option<&'a Key>,
    pub active: &'a Key,
    pub next: Option<&'a Key>,
}

/// An edge that is up or is not.
pub struct Replica {
    name: &'static str,
    /// For clients, for keys, for its admin interface.
    ports: [u16; 3],
    /// Whoever sends to it holds this for reading, as a load balancer lets requests end before a replica goes.
    envoy: RwLock<Option<Envoy>>,
}

impl<'a> Stage<'a> {
    /// One key.
    pub const fn only(active: &'a Key) -> Self {
        Self { previous: None, active, next: None }
    }

    /// The names of its keys in the order in which a replica tells of them.
    fn key_ids(&self) -> Vec<&str> {
        [self.previous, Some(self.active), self.next].into_iter().flatten().map(Key::id).collect()
    }
}

impl Replica {
    /// One that is not up yet.
    pub const fn new(name: &'static str, ports: [u16; 3]) -> Self {
        Self { name, ports, envoy: RwLock::new(None) }
    }

    /// Restart it at another stage, and see that it tells of the right keys. Nothing is sent to it until it is
    /// up again.
    pub fn restart(&self, mesh: &Mesh, stage: &Stage<'_>) {
        self.envoy.write().unwrap().take();
        let envoy = self.start(mesh, stage).unwrap();
        *self.envoy.write().unwrap() = Some(envoy);
        let keys = self.published(mesh).unwrap();
        let told: Vec<_> = keys.iter().map(|key| key["kid"].as_str().unwrap_or_default()).collect();
        assert_eq!(told, stage.key_ids());
    }

    /// The status of its answer; nothing if it is not up.
    pub fn ask(&self, request: &Request) -> Option<io::Result<u16>> {
        let envoy = self.envoy.read().unwrap();
        let answer = || Connection::plain(address(self.ports[0]))?.exchange(request);
        envoy.is_some().then(|| answer().map(|answer| answer.status))
    }

    fn start(&self, mesh: &Mesh, stage: &Stage<'_>) -> io::Result<Envoy> {
        let (mut bootstrap, mut options) = mesh.replica(self.name, self.ports)?;
        configure(&mut bootstrap, stage)?;
        options.environment.push(("WATCHWORD_SIGNING_KEY", stage.active.private_pem()));
        let mut envoy = Envoy::start(self.name, &bootstrap, mesh.directory(), self.ports[2], &options)?;
        envoy.ready()?;
        Ok(envoy)
    }

    /// The keys that it tells of.
    fn published(&self, mesh: &Mesh) -> io::Result<Vec<Value>> {
        let address = address(self.ports[1]);
        let mut connection = Connection::tls(address, &mesh.reach.certificates, Some("orders"))?;
        let answer = connection.exchange(&Request::get("/keys"))?;
        Ok(answer.json()["keys"].as_array().cloned().unwrap_or_default())
    }
}

/// The keys of a stage, and short lives for tokens.
fn configure(bootstrap: &mut Bootstrap, stage: &Stage<'_>) -> io::Result<()> {
    bootstrap.without_limits("clients")?;
    let configuration = bootstrap.configuration("clients")?;
    let mint = &mut configuration["identity"]["mint"];
    mint["key"]["id"] = json!(stage.active.id());
    mint["lifetime_seconds"] = json!(LIFETIME.as_secs());
    let publish = &mut bootstrap.configuration("keys")?["identity"]["publish"];
    publish["active"]["id"] = json!(stage.active.id());
    for (field, key) in [("previous", stage.previous), ("next", stage.next)] {
        if let Some(key) = key {
            publish[field] = json!({ "jwk": key.public_jwk() });
        }
    }
    Ok(())
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
