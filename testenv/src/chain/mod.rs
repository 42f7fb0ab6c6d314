//! A chain of services: the edge calls the first, and each calls the next and forwards nothing but
//! `traceparent`. All proxies run the shipped bootstraps; only their words differ.

mod plan;

use std::io;
use std::net::SocketAddr;

use plan::Plan;

use crate::issuer::TokenRequest;
use crate::{Certificates, Envoy, Issuer, RunDirectory, Service};

/// The services, in the order of the path of a request. The shipped edge calls `orders`.
pub const SERVICES: [&str; 5] = ["orders", "pricing", "stock", "shipping", "billing"];

/// A running chain. Dropping it ends all of it, and removes what it has written.
#[derive(Debug)]
pub struct Chain {
    // The proxies come first, because fields are dropped in order and clients go before servers.
    /// The edge.
    pub edge: Envoy,
    /// The services with their sidecars.
    pub hops: Vec<Hop>,
    /// The issuer of users' tokens.
    pub issuer: Issuer,
    /// The edge's listener for clients.
    pub address: SocketAddr,
    _directory: RunDirectory,
}

/// A service with its sidecar.
#[derive(Debug)]
pub struct Hop {
    /// The sidecar.
    pub sidecar: Envoy,
    /// The service.
    pub service: Service,
    /// The workload before it, as a SPIFFE ID.
    pub caller: String,
}

impl Chain {
    /// Start the chain of [`SERVICES`] and wait until it accepts requests. `label` names the directory of
    /// its logs.
    ///
    /// # Errors
    /// When a module or Envoy is missing, or an Envoy refuses its bootstrap; the message holds the end of
    /// its log, all of which is kept then.
    pub fn start(label: &str) -> io::Result<Self> {
        let mut directory = RunDirectory::create(label)?;
        let started = Self::start_in(&directory);
        if started.is_err() {
            directory.keep();
        }
        let (edge, hops, issuer, address) = started?;
        Ok(Self { edge, hops, issuer, address, _directory: directory })
    }

    fn start_in(directory: &RunDirectory) -> io::Result<(Envoy, Vec<Hop>, Issuer, SocketAddr)> {
        let workloads = [&["edge"], SERVICES.as_slice()].concat();
        let certificates = Certificates::create_for(&workloads, &directory.path().join("certificates"))?;
        let plan = Plan::new(directory.path(), certificates)?;
        let mut edge = plan.edge()?;
        let mut hops: Vec<Hop> =
            (0..SERVICES.len()).map(|index| plan.hop(index)).collect::<Result<_, _>>()?;
        edge.ready()?;
        for hop in &mut hops {
            hop.sidecar.ready()?;
        }
        let address = plan.address();
        Ok((edge, hops, plan.issuer, address))
    }

    /// A good token for `subject`, of this tenant and level.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn token(&self, subject: &str, tenant: &str, level: u32) -> io::Result<String> {
        let request = TokenRequest::new(subject).claim("tenant", tenant).claim("level", level);
        self.issuer.token(&request)
    }
}
