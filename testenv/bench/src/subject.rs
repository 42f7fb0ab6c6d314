//! A scenario that runs.

use std::io;
use std::time::Duration;

use crate::effort::Effort;
use crate::filters::Filters;
use crate::load::{Amount, Load, Pace, closed, open};
use crate::requests::{Requests, Use};
use crate::row::Row;
use crate::samples::Measure;
use crate::scenario::Scenario;
use crate::statistics::quantile;
use crate::world::World;

/// Connections of the load. Enough that a proxy never waits for the load, and few enough that what a request touches
/// stays in the caches of the core, as it does in a proxy that is not overrun.
const CONNECTIONS: usize = 8;

/// Requests with tokens that come once, before anything is measured.
const WARM_FRESH: u64 = 300;

/// The same before each round: meanwhile the core has run other proxies.
const LEAD_IN_FRESH: u64 = 100;

/// Proxies with the load that they get.
#[derive(Debug)]
pub(crate) struct Subject {
    scenario: Scenario,
    row: Row,
    load: Load,
}

impl Subject {
    /// Start the proxies, and send them requests until everything that they keep is there.
    ///
    /// # Errors
    /// When a proxy does not start, or answers otherwise than it should.
    pub(crate) fn start(world: &World, scenario: Scenario, effort: &Effort) -> io::Result<Self> {
        let row = Row::start(world, &scenario, effort.users)?;
        let requests = Requests::new(scenario.used);
        let load = Load::new(row.address(), requests, scenario.expected);
        let mut subject = Self { scenario, row, load };
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
                let each = LEAD_IN_FRESH + effort.fresh + u64::from(self.pace(effort).requests);
                usize::try_from(self.load.sent() + each * effort.rounds as u64).unwrap_or(usize::MAX)
            }
        }
    }

    /// Measure once.
    ///
    /// # Errors
    /// When a proxy answers otherwise than it should.
    pub(crate) fn measure(&mut self, world: &World, effort: &Effort) -> io::Result<Vec<(Measure, f64)>> {
        let done = self.round(world, effort);
        self.named(done)
    }

    fn round(&mut self, world: &World, effort: &Effort) -> io::Result<Vec<(Measure, f64)>> {
        self.send(world, self.lead_in(effort, LEAD_IN_FRESH))?;
        let mut measures = self.busy(world, effort)?;
        measures.extend(self.paced(world, effort)?);
        Ok(measures)
    }

    /// Over new connections, which are kept.
    fn send(&mut self, world: &World, count: u64) -> io::Result<()> {
        self.load.connect(CONNECTIONS)?;
        let pool = self.row.tokens(world, self.scenario.tokens);
        closed(&mut self.load, pool, Amount::Count(count)).map(|_| ())
    }

    /// What a request costs.
    fn busy(&mut self, world: &World, effort: &Effort) -> io::Result<Vec<(Measure, f64)>> {
        let amount = match self.scenario.used {
            Use::Rotate => Amount::For(effort.busy),
            Use::Once => Amount::Count(effort.fresh),
        };
        let asks = self.scenario.filters == Filters::External;
        let (before, authorizer) = (self.row.cpu()?, world.authorizer_cpu()?);
        let done = closed(&mut self.load, self.row.tokens(world, self.scenario.tokens), amount)?;
        let cpu = self.row.cpu()?.saturating_sub(before);
        let each = |time: Duration| time.as_secs_f64() * 1e6 / done.answers as f64;
        let mut measures = vec![
            (Measure::CpuUs, each(cpu)),
            (Measure::PerSecond, done.answers as f64 / done.time.as_secs_f64()),
            (Measure::ProxyPercent, cpu.as_secs_f64() / done.time.as_secs_f64() * 100.0),
            (Measure::LoadPercent, done.own_share * 100.0),
        ];
        if asks {
            measures
                .push((Measure::AuthorizerUs, each(world.authorizer_cpu()?.saturating_sub(authorizer))));
        }
        Ok(measures)
    }

    /// How long somebody waits.
    fn paced(&mut self, world: &World, effort: &Effort) -> io::Result<[(Measure, f64); 2]> {
        let pace = self.pace(effort);
        let mut waited = open(&mut self.load, self.row.tokens(world, self.scenario.tokens), pace)?;
        waited.sort_by(f64::total_cmp);
        let part = |part: f64| quantile(&waited, part).unwrap_or(f64::NAN);
        Ok([(Measure::P50Us, part(0.5)), (Measure::P99Us, part(0.99))])
    }

    fn pace(&self, effort: &Effort) -> Pace {
        let per_second = self.scenario.per_second;
        let requests = effort.paced.as_secs_f64() * f64::from(per_second);
        Pace { requests: requests.ceil() as u32, per_second }
    }

    fn warm_up(&mut self, world: &World, effort: &Effort) -> io::Result<()> {
        let done = self.send(world, self.lead_in(effort, WARM_FRESH));
        self.named(done)
    }

    /// Requests that are not measured. Known tokens come once over each worker before each round, or nearly so, as
    /// which worker gets one is left to chance: what a proxy remembers for a minute, such as what it has minted, has
    /// often ended while others had their turn, and a proxy that is busy all the time would have renewed it long ago.
    fn lead_in(&self, effort: &Effort, fresh: u64) -> u64 {
        let workers = u64::from(self.scenario.workers);
        match self.scenario.used {
            Use::Rotate => effort.users as u64 * workers * workers,
            Use::Once => fresh,
        }
    }

    /// An error says of whom it is.
    fn named<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| io::Error::other(format!("{}: {error}", self.scenario.key)))
    }
}

/// Tokens that a scenario needs before it can start.
pub(crate) const fn tokens_to_start(scenario: &Scenario, effort: &Effort) -> usize {
    match scenario.used {
        Use::Rotate => effort.users,
        Use::Once => WARM_FRESH as usize,
    }
}
