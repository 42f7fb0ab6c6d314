//! A scenario that runs.

use std::io;
use std::time::Duration;

use crate::bootstrap::Behind;
use crate::effort::Effort;
use crate::load::{Amount, Load, closed, open};
use crate::proxy::Proxy;
use crate::requests::{Requests, Use};
use crate::samples::Measure;
use crate::scenario::Scenario;
use crate::statistics::quantile;
use crate::world::World;

/// Connections of the load. Enough that a proxy never waits for the load, and few enough that what a request touches
/// stays in the caches of the core, as it does in a proxy that is not overrun.
const CONNECTIONS: usize = 8;

/// How often every token comes before anything is measured: twice for each of two workers, which keep them apart.
const WARM_ROUNDS: u64 = 4;

/// Requests with tokens that come once, before anything is measured.
const WARM_FRESH: u64 = 300;

/// Proxies with the load that they get.
#[derive(Debug)]
pub(crate) struct Subject {
    scenario: Scenario,
    proxies: Vec<Proxy>,
    load: Load,
}

impl Subject {
    /// Start the proxies, the last first, and send them requests until everything that they keep is there.
    ///
    /// # Errors
    /// When a proxy does not start, or answers otherwise than it should.
    pub(crate) fn start(world: &World, scenario: Scenario, effort: &Effort) -> io::Result<Self> {
        let (mut proxies, mut behind) = (Vec::new(), Behind::Nothing);
        for number in 0..scenario.proxies {
            let name = format!("{}-{number}", scenario.key);
            let proxy = Proxy::start(world, &name, &scenario.filters, behind, scenario.workers)?;
            behind = Behind::Proxy(proxy.address().port());
            proxies.push(proxy);
        }
        let front = proxies.last().ok_or_else(|| io::Error::other("a scenario has no proxy"))?;
        let requests = Requests::new(scenario.used);
        let load = Load::connect(front.address(), CONNECTIONS, requests, scenario.expected)?;
        let mut subject = Self { scenario, proxies, load };
        subject.warm_up(world, effort)?;
        Ok(subject)
    }

    /// What it runs.
    pub(crate) const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Tokens that it has used when the rounds of one more try are done.
    pub(crate) fn tokens_needed(&self, effort: &Effort) -> usize {
        match self.scenario.used {
            Use::Rotate => effort.users,
            Use::Once => {
                let each = effort.fresh + u64::from(effort.pace.requests);
                usize::try_from(self.load.sent() + each * effort.rounds as u64).unwrap_or(usize::MAX)
            }
        }
    }

    /// Measure once.
    ///
    /// # Errors
    /// When a proxy answers otherwise than it should.
    pub(crate) fn measure(&mut self, world: &World, effort: &Effort) -> io::Result<[(Measure, f64); 5]> {
        let pool = world.tokens(self.scenario.tokens);
        let amount = match self.scenario.used {
            Use::Rotate => Amount::For(effort.busy),
            Use::Once => Amount::Count(effort.fresh),
        };
        let before = self.cpu()?;
        let done = closed(&mut self.load, pool, amount)?;
        let cpu = self.cpu()?.saturating_sub(before);
        let mut waited = open(&mut self.load, pool, effort.pace)?;
        waited.sort_by(f64::total_cmp);
        let part = |part: f64| quantile(&waited, part).unwrap_or(f64::NAN);
        Ok([
            (Measure::CpuUs, cpu.as_secs_f64() * 1e6 / done.answers as f64),
            (Measure::P50Us, part(0.5)),
            (Measure::P99Us, part(0.99)),
            (Measure::PerSecond, done.answers as f64 / done.time.as_secs_f64()),
            (Measure::LoadPercent, done.own_share * 100.0),
        ])
    }

    fn warm_up(&mut self, world: &World, effort: &Effort) -> io::Result<()> {
        let pool = world.tokens(self.scenario.tokens);
        let amount = match self.scenario.used {
            Use::Rotate => WARM_ROUNDS * effort.users as u64,
            Use::Once => WARM_FRESH,
        };
        let done = closed(&mut self.load, pool, Amount::Count(amount));
        done.map(|_| ()).map_err(|error| io::Error::other(format!("{}: {error}", self.scenario.key)))
    }

    fn cpu(&self) -> io::Result<Duration> {
        self.proxies.iter().map(Proxy::cpu).sum()
    }
}

/// Tokens that a scenario needs before it can start.
pub(crate) const fn tokens_to_start(scenario: &Scenario, effort: &Effort) -> usize {
    match scenario.used {
        Use::Rotate => effort.users,
        Use::Once => WARM_FRESH as usize,
    }
}
