//! What all proxies of the suite have in common: an issuer of tokens and a service.

use std::io;

use serde_json::Value;
use testenv::{Bootstrap, Mesh, Options, free_ports};

use crate::edge::Edge;
use crate::load::Case;
use crate::mix;
use crate::profile::Profile;

/// The issuer, the service, and what is asked of every edge.
pub struct World {
    pub mesh: Mesh,
    pub profile: Profile,
    /// Good and bad requests.
    pub cases: Vec<Case>,
}

impl World {
    /// Start it.
    pub fn new() -> io::Result<Self> {
        let mesh = Mesh::start(&Options::new("survival").only(&[]))?;
        let cases = mix::cases(&mesh)?;
        Ok(Self { mesh, profile: Profile::chosen(), cases })
    }

    /// An edge called `name`, as shipped but for the limits, with `change` made to it.
    pub fn edge(
        &self,
        name: &str,
        change: impl FnOnce(&mut Bootstrap) -> io::Result<()>,
    ) -> io::Result<Edge> {
        Edge::start(self, name, testenv::DRAIN_SECONDS, change)
    }

    /// The same, which lets go of connections within so many seconds.
    pub fn edge_that_drains(
        &self,
        name: &str,
        drain_seconds: u32,
        change: impl FnOnce(&mut Bootstrap) -> io::Result<()>,
    ) -> io::Result<Edge> {
        Edge::start(self, name, drain_seconds, change)
    }

    /// The bootstrap of an edge on these ports, with `change` made to it.
    pub fn bootstrap(
        &self,
        name: &str,
        ports: [u16; 3],
        change: impl FnOnce(&mut Bootstrap) -> io::Result<()>,
    ) -> io::Result<(Bootstrap, testenv::EnvoyOptions)> {
        let (mut bootstrap, options) = self.mesh.replica(name, ports)?;
        // The service itself speaks no TLS.
        bootstrap.cluster("orders")?["transport_socket"].take();
        bootstrap.send_to("orders", self.mesh.orders.address().port())?;
        bootstrap.without_limits("clients")?;
        without_keys(&mut bootstrap)?;
        change(&mut bootstrap)?;
        bootstrap.balance()?;
        Ok((bootstrap, options))
    }

    /// Three ports: for clients, for keys, and for the admin interface.
    pub fn ports() -> io::Result<[u16; 3]> {
        let (ports, held) = free_ports()?;
        drop(held);
        Ok(ports)
    }
}

/// No sidecar is here to fetch the edge's keys, and each listener has VMs of its own.
fn without_keys(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let listeners = bootstrap.document()?.pointer_mut("/static_resources/listeners");
    let listeners =
        listeners.and_then(Value::as_array_mut).ok_or_else(|| io::Error::other("no listeners"))?;
    listeners.retain(|listener| listener["name"] == "clients");
    Ok(())
}
