//! Two replicas of the edge before the sidecar of orders.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use testenv::client::{Connection, Request};
use testenv::{Bootstrap, Mesh, Options, Side, free_ports};

use crate::replica::{Replica, Stage};

/// How often the sidecar fetches keys: as often as it may.
pub const REFRESH: Duration = Duration::from_secs(10);

/// How long a token of the edge is in force.
pub const LIFETIME: Duration = Duration::from_secs(5);

/// How far the clocks of edge and sidecar may differ.
pub const LEEWAY: Duration = Duration::from_secs(1);

/// How long the sidecar may take to have its first keys: it has failed to fetch them while the edge started.
const PATIENCE: Duration = Duration::from_secs(60);

/// The VMs of the sidecar, each of which fetches for itself: two workers and the main thread.
const SIDECAR_VMS: u64 = 3;

/// A running shop.
pub struct Fleet {
    replicas: [Replica; 2],
    pub mesh: Mesh,
}

impl Fleet {
    /// Start it, and wait until the sidecar has its keys.
    pub fn start(stage: &Stage<'_>) -> io::Result<Self> {
        let ([clients1, keys1, admin1, clients2, keys2, admin2], held) = free_ports()?;
        let options = Options::new("rotation").only(&[Side::Orders]);
        let from_both = move |bootstrap: &mut Bootstrap| fetch_from(bootstrap, [keys1, keys2]);
        let mesh = Mesh::start(&options.change(Side::Orders, from_both))?;
        drop(held);
        let replicas = [
            Replica::new("edge-1", [clients1, keys1, admin1]),
            Replica::new("edge-2", [clients2, keys2, admin2]),
        ];
        let fleet = Self { replicas, mesh };
        fleet.restart_all(stage);
        fleet.wait_for_keys()?;
        Ok(fleet)
    }

    /// Restart one replica after the other.
    pub fn restart_all(&self, stage: &Stage<'_>) {
        (0..self.replicas.len()).for_each(|index| self.restart(index, stage));
    }

    /// Restart one replica at another stage.
    pub fn restart(&self, index: usize, stage: &Stage<'_>) {
        self.replicas[index].restart(&self.mesh, stage);
    }

    /// The status of the answer to the request of this number: the replicas take turns as far as they are up.
    pub fn ask(&self, number: usize, request: &Request) -> io::Result<u16> {
        let (later, sooner) = self.replicas.split_at(number % self.replicas.len());
        let answer = sooner.iter().chain(later).find_map(|replica| replica.ask(request));
        answer.unwrap_or_else(|| Err(io::Error::other("no replica is up")))
    }

    /// The status of the sidecar's answer to the edge with this internal token.
    pub fn ask_sidecar(&self, token: &str) -> io::Result<u16> {
        let reach = &self.mesh.reach;
        let mut sidecar = Connection::tls(reach.orders, &reach.certificates, Some("edge"))?;
        Ok(sidecar.exchange(&Request::get("/orders").header("txn-token", token))?.status)
    }

    fn wait_for_keys(&self) -> io::Result<()> {
        let start = Instant::now();
        let sidecar = self.mesh.envoy(Side::Orders);
        while sidecar.stat("watchword.fetch.ok").unwrap_or_default() < SIDECAR_VMS {
            if start.elapsed() > PATIENCE {
                return Err(io::Error::other(format!("the sidecar has no keys:\n{}", sidecar.log())));
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }
}

/// Let the sidecar fetch keys from both replicas.
fn fetch_from(bootstrap: &mut Bootstrap, keys: [u16; 2]) -> io::Result<()> {
    let endpoints = keys.map(|port| {
        json!({"endpoint": {"address": {"socket_address": {"address": "127.0.0.1", "port_value": port}}}})
    });
    bootstrap.cluster("edge_keys")?["load_assignment"]["endpoints"] =
        json!([{ "lb_endpoints": endpoints }]);
    let verify = &mut bootstrap.configuration("inbound")?["identity"]["verify"];
    verify["leeway_seconds"] = json!(LEEWAY.as_secs());
    verify["keys"] = json!({"remote": {
        "cluster": "edge_keys", "authority": "edge", "path": "/keys", "refresh_seconds": REFRESH.as_secs(),
    }});
    Ok(())
}
