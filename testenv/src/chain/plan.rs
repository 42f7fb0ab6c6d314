//! Ports, keys and words of a chain, and from them its processes.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use super::{Hop, SERVICES};
use crate::bootstrap::{self, Bootstrap, Words};
use crate::certificates::TRUST_DOMAIN;
use crate::envoy::access_log;
use crate::ports::free_ports;
use crate::{Certificates, EdgeSecrets, Envoy, EnvoyOptions, Issuer, Next, Service, module};

const LOOPBACK: &str = "127.0.0.1";

/// Everything that must be known before the first proxy starts.
pub(super) struct Plan {
    directory: PathBuf,
    certificates: Certificates,
    secrets: EdgeSecrets,
    wasm: PathBuf,
    pub(super) issuer: Issuer,
    edge: EdgePorts,
    /// In the order of [`SERVICES`].
    sidecars: [SidecarPorts; SERVICES.len()],
}

struct EdgePorts {
    admin: u16,
    clients: u16,
    keys: u16,
}

#[derive(Clone, Copy, Default)]
struct SidecarPorts {
    admin: u16,
    inbound: u16,
    outbound: u16,
}

impl Plan {
    pub(super) fn new(directory: &Path, certificates: Certificates) -> io::Result<Self> {
        // Held while servers choose ports of their own.
        let ([admin, clients, keys], held) = free_ports()?;
        let mut sidecars = [SidecarPorts::default(); SERVICES.len()];
        let mut all_held = vec![held];
        for ports in &mut sidecars {
            let ([admin, inbound, outbound], held) = free_ports()?;
            *ports = SidecarPorts { admin, inbound, outbound };
            all_held.push(held);
        }
        let plan = Self {
            directory: directory.to_path_buf(),
            certificates,
            secrets: EdgeSecrets::generate()?,
            wasm: module("watchword")?,
            issuer: Issuer::start(loopback(0))?,
            edge: EdgePorts { admin, clients, keys },
            sidecars,
        };
        drop(all_held);
        Ok(plan)
    }

    pub(super) const fn address(&self) -> SocketAddr {
        loopback(self.edge.clients)
    }

    pub(super) fn edge(&self) -> io::Result<Envoy> {
        let mut words = self.common_words("edge", self.edge.admin)?;
        words.extend(self.secrets.words());
        words.extend([
            ("PORT", self.edge.clients.to_string()),
            ("KEYS_PORT", self.edge.keys.to_string()),
            ("ISSUER", LOOPBACK.to_owned()),
            ("ISSUER_PORT", self.issuer.address().port().to_string()),
            ("ORDERS", LOOPBACK.to_owned()),
            ("ORDERS_PORT", self.sidecars[0].inbound.to_string()),
        ]);
        let mut bootstrap = Bootstrap::read("edge.yaml", &words)?;
        // A few users send what many would.
        bootstrap.without_limits("clients")?;
        let environment = self.secrets.environment().to_vec();
        self.envoy("edge", &mut bootstrap, self.edge.admin, environment)
    }

    /// The service at `index` and its sidecar.
    pub(super) fn hop(&self, index: usize) -> io::Result<Hop> {
        let (name, ports) = (SERVICES[index], self.sidecars[index]);
        let next = SERVICES.get(index + 1);
        let next = next.map(|next| Next::in_chain(next, loopback(ports.outbound).to_string()));
        let service = Service::start(name, loopback(0), next)?;
        let before = if index == 0 { "edge" } else { SERVICES[index - 1] };
        let caller = format!("spiffe://{TRUST_DOMAIN}/{before}");
        let words = self.sidecar_words(index, &service, &caller)?;
        let mut bootstrap = Bootstrap::read("sidecar.yaml", &words)?;
        let sidecar = self.envoy(name, &mut bootstrap, ports.admin, Vec::new())?;
        Ok(Hop { sidecar, service, caller })
    }

    fn sidecar_words(&self, index: usize, service: &Service, caller: &str) -> io::Result<Words> {
        let (name, ports) = (SERVICES[index], self.sidecars[index]);
        // The last service calls nobody; its sidecar would let it reach the first.
        let next = (index + 1) % SERVICES.len();
        let mut words = self.common_words(name, ports.admin)?;
        words.extend([
            ("SERVICE", name.to_owned()),
            ("PORT", ports.inbound.to_string()),
            ("OUTBOUND", LOOPBACK.to_owned()),
            ("OUTBOUND_PORT", ports.outbound.to_string()),
            ("APP", LOOPBACK.to_owned()),
            ("APP_PORT", service.address().port().to_string()),
            ("DESTINATION", SERVICES[next].to_owned()),
            ("DESTINATION_ADDRESS", LOOPBACK.to_owned()),
            ("DESTINATION_PORT", self.sidecars[next].inbound.to_string()),
            ("CALLERS", format!("[{caller}]")),
            ("EDGE_KEYS", self.secrets.inline_keys()),
            ("EDGE_KEYS_ADDRESS", LOOPBACK.to_owned()),
            ("EDGE_KEYS_PORT", self.edge.keys.to_string()),
            ("ROUTES", bootstrap::read("routes/orders.yaml")?),
        ]);
        Ok(words)
    }

    fn common_words(&self, name: &str, admin: u16) -> io::Result<Words> {
        Ok(Words::from([
            ("LISTEN", LOOPBACK.to_owned()),
            ("ADMIN_PORT", admin.to_string()),
            ("WASM", self.wasm.display().to_string()),
            ("CERTIFICATES", self.certificates.directory().display().to_string()),
            ("ACCESS_LOG", access_log(&self.directory, name).display().to_string()),
            ("SCHEMA", bootstrap::read("policies/shop.cedarschema")?),
            ("POLICIES", bootstrap::read("policies/shop.cedar")?),
        ]))
    }

    fn envoy(
        &self,
        name: &str,
        bootstrap: &mut Bootstrap,
        admin: u16,
        environment: Vec<(&'static str, String)>,
    ) -> io::Result<Envoy> {
        bootstrap.own_ports()?;
        let options = EnvoyOptions { environment, ..EnvoyOptions::default() };
        Envoy::start(name, bootstrap, &self.directory, admin, &options)
    }
}

const fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}
