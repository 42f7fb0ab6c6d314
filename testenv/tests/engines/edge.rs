//! The configuration of the edge: one limit, which an engine counts, on the routes of orders.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};
use testenv::{Bootstrap, Options, Side};

/// The cluster of the engine, unless a test calls it otherwise.
pub const CLUSTER: &str = "quota";

/// Its domain.
pub const DOMAIN: &str = "shop";

/// The limit.
pub const LIMIT: &str = "global";

/// The deadline of a call where being late is no part of the test, which is the longest that can be set: a machine
/// may have other things to do.
const PATIENT: Duration = Duration::from_millis(1000);

/// Failures in a row after which nobody is asked, which is the default.
pub const FAILURES: usize = 5;

/// For how long then, which is the default.
pub const OPEN: Duration = Duration::from_secs(1);

/// What a test wants of its edge.
#[derive(Debug, Clone)]
pub struct Edge {
    engine: SocketAddr,
    cluster: String,
    service: Value,
    limit: Value,
}

impl Edge {
    /// One that asks this engine about every request of a user.
    pub fn of(engine: SocketAddr) -> Self {
        let timeout = PATIENT.as_millis() as u64;
        let service = json!({ "cluster": CLUSTER, "domain": DOMAIN, "timeout_ms": timeout });
        let global = json!({ "service": "engine", "mode": "check", "when_down": "refuse" });
        let limit = json!({ "key": ["subject"], "global": global });
        Self { engine, cluster: CLUSTER.to_owned(), service, limit }
    }

    /// With this in the place of a field of the limit.
    #[must_use]
    pub fn limit(mut self, field: &str, value: Value) -> Self {
        self.limit[field] = value;
        self
    }

    /// With this in the place of a field of the limit's `global`.
    #[must_use]
    pub fn global(mut self, field: &str, value: Value) -> Self {
        self.limit["global"][field] = value;
        self
    }

    /// With this in the place of a field of the service.
    #[must_use]
    pub fn service(mut self, field: &str, value: Value) -> Self {
        self.service[field] = value;
        self
    }

    /// With a cluster of this name, which the service asks.
    #[must_use]
    pub fn cluster(mut self, name: &str) -> Self {
        self.cluster = name.to_owned();
        self.service("cluster", json!(name))
    }

    /// Leases instead of checks, of this much at most.
    #[must_use]
    pub fn lease(self, most: usize) -> Self {
        self.global("mode", json!("lease")).global("lease", json!({ "most": most, "share_percent": 10 }))
    }

    /// How to start it. `label` names the directory of its logs.
    pub fn options(self, label: &str) -> Options {
        let change = move |bootstrap: &mut Bootstrap| self.configure(bootstrap);
        Options::new(label).only(&[Side::Edge]).change(Side::Edge, change)
    }

    fn configure(&self, bootstrap: &mut Bootstrap) -> io::Result<()> {
        bootstrap.without_limits("clients")?;
        let configuration = bootstrap.configuration("clients")?;
        configuration["ratelimit"] =
            json!({ "services": { "engine": self.service }, "limits": { LIMIT: self.limit } });
        for route in configuration["routes"].as_array_mut().into_iter().flatten() {
            if ["list-orders", "create-order"].map(Value::from).contains(&route["name"]) {
                route["limits"] = json!([LIMIT]);
            }
        }
        self.add_cluster(bootstrap)?;
        bootstrap.balance()
    }

    /// With its endpoint.
    pub fn add_cluster(&self, bootstrap: &mut Bootstrap) -> io::Result<()> {
        bootstrap.copy_cluster("issuer", &self.cluster)?;
        bootstrap.send_to(&self.cluster, self.engine.port())?;
        bootstrap.speak_http2(&self.cluster)
    }
}
