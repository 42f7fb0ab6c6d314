//! Proxies, one behind the other, as one thing that is asked and that costs.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use testenv::Envoy;
use testenv::chain::Chain;

use crate::accounts::cpu_of;
use crate::bootstrap::Behind;
use crate::proxy::Proxy;
use crate::scenario::{Place, Scenario};
use crate::tokens::{Kind, Pool};
use crate::world::World;

/// Dropping it ends it.
#[derive(Debug)]
pub(crate) enum Row {
    /// From the last to the first.
    Proxies(Vec<Proxy>),
    /// With tokens of its own issuer.
    Mesh(Box<Chain>, Pool),
}

impl Row {
    /// Start what the scenario asks for on the proxies' core.
    ///
    /// # Errors
    /// When a proxy does not start.
    pub(crate) fn start(world: &World, scenario: &Scenario, users: usize) -> io::Result<Self> {
        match scenario.place {
            Place::Row(proxies) => Self::proxies(world, scenario, proxies),
            Place::Mesh => {
                let chain = world.cores.as_proxy(|| Chain::start(scenario.key))?;
                let mut pool = Pool::new(scenario.tokens);
                pool.fill(&chain.issuer, users)?;
                Ok(Self::Mesh(Box::new(chain), pool))
            }
        }
    }

    /// Each sends to the one before it.
    fn proxies(world: &World, scenario: &Scenario, count: u32) -> io::Result<Self> {
        let (mut proxies, mut behind) = (Vec::new(), Behind::Nothing);
        for number in 0..count {
            let name = format!("{}-{number}", scenario.key);
            let proxy = Proxy::start(world, &name, &scenario.filters, behind, scenario.workers)?;
            behind = Behind::Proxy(proxy.address().port());
            proxies.push(proxy);
        }
        Ok(Self::Proxies(proxies))
    }

    /// Where requests go.
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Proxies(proxies) => proxies.last().map_or(([127, 0, 0, 1], 0).into(), Proxy::address),
            Self::Mesh(chain, _) => chain.address,
        }
    }

    /// Tokens that it takes.
    pub(crate) fn tokens<'a>(&'a self, world: &'a World, kind: Kind) -> &'a [String] {
        match self {
            Self::Proxies(_) => world.tokens(kind),
            Self::Mesh(_, pool) => pool.tokens(),
        }
    }

    /// CPU time that all of its proxies have taken so far.
    ///
    /// # Errors
    /// When one has ended.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        match self {
            Self::Proxies(proxies) => proxies.iter().map(Proxy::cpu).sum(),
            Self::Mesh(chain, _) => {
                let sidecars = chain.hops.iter().map(|hop| &hop.sidecar);
                sidecars.chain([&chain.edge]).map(Envoy::id).map(cpu_of).sum()
            }
        }
    }
}
