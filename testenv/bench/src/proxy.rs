//! A proxy that is measured, on a core of its own.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use testenv::{Envoy, EnvoyOptions, free_ports};

use crate::accounts::cpu_of;
use crate::bootstrap::{Behind, bootstrap};
use crate::filters::Filters;
use crate::world::World;

/// A running proxy. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Proxy {
    envoy: Envoy,
    address: SocketAddr,
}

impl Proxy {
    /// Start one called `name` on the proxy's core, and wait until it accepts requests.
    ///
    /// # Errors
    /// When Envoy or a module is missing, or a configuration is refused.
    pub(crate) fn start(
        world: &World,
        name: &str,
        filters: &Filters,
        behind: Behind,
        workers: u32,
    ) -> io::Result<Self> {
        let mut proxy = world.cores.as_proxy(|| Self::begin(world, name, filters, behind, workers))?;
        proxy.envoy.ready()?;
        proxy.is_configured()?;
        Ok(proxy)
    }

    /// Start one on the cores of whoever asks; it need not be ready.
    ///
    /// # Errors
    /// When Envoy or a module is missing.
    pub(crate) fn begin(
        world: &World,
        name: &str,
        filters: &Filters,
        behind: Behind,
        workers: u32,
    ) -> io::Result<Self> {
        let ([port, admin], held) = free_ports()?;
        let around = world.around();
        let bootstrap = bootstrap([port, admin], filters, behind, &around)?;
        drop(held);
        let environment = around.secrets.environment().to_vec();
        let options = EnvoyOptions { concurrency: workers, environment, ..EnvoyOptions::default() };
        let envoy = Envoy::start(name, &bootstrap, world.directory(), admin, &options)?;
        Ok(Self { envoy, address: SocketAddr::from(([127, 0, 0, 1], port)) })
    }

    /// It serves all the same when a module refuses its configuration, and refuses every request.
    fn is_configured(&self) -> io::Result<()> {
        match self.envoy.log().lines().find(|line| line.contains("configuration refused")) {
            Some(line) => Err(io::Error::other(line.to_owned())),
            None => Ok(()),
        }
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.envoy.id()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.envoy.log()
    }

    /// CPU time that it has taken so far.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        cpu_of(self.envoy.id())
    }
}
