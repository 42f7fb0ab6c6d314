//! Keys, certificates, ports and servers, and from them the three bootstraps.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use super::{Options, Side};
use crate::bootstrap::{self, Bootstrap, Words};
use crate::edge_secrets::REMOTE_KEYS;
use crate::envoy::access_log;
use crate::ports::free_ports;
use crate::{
    AccessLog, Certificates, EdgeSecrets, Envoy, EnvoyOptions, Issuer, Next, Reach, Service, module,
};

const LOOPBACK: &str = "127.0.0.1";

/// Everything that must be known before the first proxy starts.
pub(super) struct Plan {
    directory: PathBuf,
    pub(super) issuer: Issuer,
    pub(super) orders: Service,
    pub(super) payments: Service,
    certificates: Certificates,
    pub(super) edge: EdgeSecrets,
    wasm: PathBuf,
    ports: Ports,
}

struct Ports {
    admin: [u16; 3],
    edge: u16,
    keys: u16,
    orders: u16,
    orders_outbound: u16,
    payments: u16,
    payments_outbound: u16,
}

impl Plan {
    pub(super) fn new(directory: &Path) -> io::Result<Self> {
        // Held while keys are made and servers choose ports of their own, which can take a second.
        let (ports, held) = Ports::hold()?;
        let payments = Next::payments(loopback(ports.orders_outbound).to_string());
        let plan = Self {
            directory: directory.to_path_buf(),
            issuer: Issuer::start(loopback(0))?,
            orders: Service::start("orders", loopback(0), Some(payments))?,
            payments: Service::start("payments", loopback(0), None)?,
            certificates: Certificates::create(&directory.join("certificates"))?,
            edge: EdgeSecrets::generate()?,
            wasm: module("watchword")?,
            ports,
        };
        drop(held);
        Ok(plan)
    }

    pub(super) fn start(&self, side: Side, options: &Options) -> io::Result<Envoy> {
        self.issuer.behave(options.issuer.clone());
        for (path, behaviour) in &options.issuer_at {
            self.issuer.behave_at(path, behaviour.clone());
        }
        let bootstrap = self.bootstrap(side, options)?;
        let admin = self.ports.admin[side as usize];
        Envoy::start(side.name(), &bootstrap, &self.directory, admin, &self.environment(side, options))
    }

    pub(super) fn bootstrap(&self, side: Side, options: &Options) -> io::Result<Bootstrap> {
        let mut bootstrap = match side {
            Side::Edge => self.edge_bootstrap(options.direct)?,
            Side::Orders => Bootstrap::read("sidecar.yaml", &self.orders_words(options)?)?,
            Side::Payments => Bootstrap::read("sidecar.yaml", &self.payments_words()?)?,
        };
        bootstrap.own_ports()?;
        for (_, edit) in options.edits.iter().filter(|(candidate, _)| *candidate == side) {
            edit(&mut bootstrap)?;
        }
        Ok(bootstrap)
    }

    pub(super) fn environment(&self, side: Side, options: &Options) -> EnvoyOptions {
        let mut envoy = options.envoy.clone();
        if side == Side::Edge {
            envoy.environment.extend(self.edge.environment());
        }
        let added = options.environment.iter().filter(|(candidate, ..)| *candidate == side);
        envoy.environment.extend(added.map(|(_, name, value)| (*name, value.clone())));
        envoy
    }

    fn edge_bootstrap(&self, direct: bool) -> io::Result<Bootstrap> {
        let mut bootstrap = Bootstrap::read("edge.yaml", &self.edge_words(direct)?)?;
        if direct {
            // The service itself speaks no TLS.
            bootstrap.cluster("orders")?["transport_socket"].take();
        }
        Ok(bootstrap)
    }

    pub(super) fn edge_words(&self, direct: bool) -> io::Result<Words> {
        let orders = if direct { self.orders.address() } else { loopback(self.ports.orders) };
        let mut words = self.common_words(Side::Edge)?;
        words.extend(self.edge.words());
        words.extend([
            ("PORT", self.ports.edge.to_string()),
            ("KEYS_PORT", self.ports.keys.to_string()),
            ("ISSUER", LOOPBACK.to_owned()),
            ("ISSUER_PORT", self.issuer.address().port().to_string()),
            ("ORDERS", LOOPBACK.to_owned()),
            ("ORDERS_PORT", orders.port().to_string()),
        ]);
        Ok(words)
    }

    fn orders_words(&self, options: &Options) -> io::Result<Words> {
        let mut words = self.sidecar_words(Side::Orders)?;
        if options.sides.contains(&Side::Edge) {
            words.insert("EDGE_KEYS", REMOTE_KEYS.to_owned());
        }
        words.extend([
            ("PORT", self.ports.orders.to_string()),
            ("OUTBOUND_PORT", self.ports.orders_outbound.to_string()),
            ("APP_PORT", self.orders.address().port().to_string()),
            ("DESTINATION", "payments".to_owned()),
            ("DESTINATION_PORT", self.ports.payments.to_string()),
            ("CALLERS", "[spiffe://shop.test/edge]".to_owned()),
            ("ROUTES", bootstrap::read("routes/orders.yaml")?),
        ]);
        Ok(words)
    }

    fn payments_words(&self) -> io::Result<Words> {
        let mut words = self.sidecar_words(Side::Payments)?;
        words.extend([
            ("PORT", self.ports.payments.to_string()),
            ("OUTBOUND_PORT", self.ports.payments_outbound.to_string()),
            ("APP_PORT", self.payments.address().port().to_string()),
            // Payments calls nobody; its sidecar would let it reach orders.
            ("DESTINATION", "orders".to_owned()),
            ("DESTINATION_PORT", self.ports.orders.to_string()),
            ("CALLERS", "[spiffe://shop.test/orders]".to_owned()),
            ("ROUTES", bootstrap::read("routes/payments.yaml")?),
        ]);
        Ok(words)
    }

    fn sidecar_words(&self, side: Side) -> io::Result<Words> {
        let mut words = self.common_words(side)?;
        words.extend([
            ("SERVICE", side.name().to_owned()),
            ("OUTBOUND", LOOPBACK.to_owned()),
            ("APP", LOOPBACK.to_owned()),
            ("DESTINATION_ADDRESS", LOOPBACK.to_owned()),
            ("EDGE_KEYS", self.edge.inline_keys()),
            ("EDGE_KEYS_ADDRESS", LOOPBACK.to_owned()),
            ("EDGE_KEYS_PORT", self.ports.keys.to_string()),
        ]);
        Ok(words)
    }

    fn common_words(&self, side: Side) -> io::Result<Words> {
        Ok(Words::from([
            ("LISTEN", LOOPBACK.to_owned()),
            ("ADMIN_PORT", self.ports.admin[side as usize].to_string()),
            ("WASM", self.wasm.display().to_string()),
            ("CERTIFICATES", self.certificates.directory().display().to_string()),
            ("ACCESS_LOG", access_log(&self.directory, side.name()).display().to_string()),
            ("SCHEMA", bootstrap::read("policies/shop.cedarschema")?),
            ("POLICIES", bootstrap::read("policies/shop.cedar")?),
        ]))
    }

    /// The edge's listener for keys.
    pub(super) fn keys(&self) -> SocketAddr {
        loopback(self.ports.keys)
    }

    pub(super) fn reach(&self) -> Reach {
        Reach {
            edge: loopback(self.ports.edge),
            orders: loopback(self.ports.orders),
            payments: loopback(self.ports.payments),
            issuer: self.issuer.address(),
            partner_key: self.edge.partner_key.clone(),
            certificates: self.certificates.clone(),
            logs: Side::ALL.map(|side| AccessLog::new(&access_log(&self.directory, side.name()))),
        }
    }
}

impl Ports {
    fn hold() -> io::Result<(Self, Vec<TcpListener>)> {
        let (ports, held) = free_ports()?;
        let [
            edge_admin,
            orders_admin,
            payments_admin,
            edge,
            keys,
            orders,
            orders_outbound,
            payments,
            payments_outbound,
        ] = ports;
        let admin = [edge_admin, orders_admin, payments_admin];
        Ok((Self { admin, edge, keys, orders, orders_outbound, payments, payments_outbound }, held))
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}
