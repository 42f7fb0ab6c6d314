//! The stages: before and after authentication, each with the limits that its routes name.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{
    Cause, Compile, ConfigError, Env, Phase, Refusal, Request, RouteId, Section, Stage, StageName, Verdict,
};

use crate::assignment::{Use, assign};
use crate::config::{Config, Kind, Limit};
use crate::counter::Counter;
use crate::fingerprint::Fingerprinter;
use crate::global::GlobalCounter;
use crate::row::{AnyCounter, Manner, Row};
use crate::slots::OpenError;

/// The reason when a request comes with a route that was not in the table at compile time.
const ROUTE_NOT_COMPILED: &str = "route_not_compiled";

/// The limits of one phase.
struct LimitStage {
    phase: Phase,
    rows: Vec<Rc<Row>>,
}

/// The counters of all limits, by name.
type Counters = BTreeMap<String, AnyCounter>;

/// The stages that `config` and the route table ask for: none, one or two.
pub(crate) fn compile(
    config: Config,
    section: &Section<'_>,
    with: &Compile<'_>,
) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    let assigned = assign(&config, with.routes, section)?;
    let counters =
        open_counters(&config, &assigned, with).map_err(|error| section.error("", open_message(error)))?;
    let counter = |limit: &Limit| counters.get(&limit.name).cloned();
    let manner = Manner { styles: config.styles, when_contended: config.when_contended };
    let phases = [(Phase::EarlyLimit, true), (Phase::Limit, false)];
    let stages = phases.map(|(phase, before_auth)| LimitStage {
        phase,
        rows: assigned.iter().map(|uses| Rc::new(Row::new(uses, counter, before_auth, manner))).collect(),
    });
    let is_asked = |stage: &LimitStage| stage.rows.iter().any(|row| !row.is_empty());
    Ok(stages.into_iter().filter(is_asked).map(|stage| Box::new(stage) as Box<dyn Stage>).collect())
}

fn open_counters(
    config: &Config,
    assigned: &[Vec<Use>],
    with: &Compile<'_>,
) -> Result<Counters, OpenError> {
    let fingerprinter = Fingerprinter::open(with.store, with.entropy)?;
    let mut counters = Counters::new();
    for (name, limit) in &config.limits {
        let counter = match &limit.kind {
            Kind::Local(local) => {
                let most = most_of(limit, assigned);
                AnyCounter::Local(Rc::new(Counter::open(limit, *local, most, &fingerprinter, with)?))
            }
            Kind::Global(global) => {
                AnyCounter::Global(Rc::new(GlobalCounter::open(limit, global, &fingerprinter, with)?))
            }
        };
        counters.insert(name.clone(), counter);
    }
    Ok(counters)
}

/// The most that a request costs under `limit`, whichever route it takes.
fn most_of(limit: &Limit, assigned: &[Vec<Use>]) -> NonZeroU32 {
    let uses = assigned.iter().flatten().filter(|used| used.limit.name == limit.name);
    uses.map(|used| used.cost.most()).max().unwrap_or_else(|| limit.cost.most())
}

const fn open_message(error: OpenError) -> &'static str {
    match error {
        OpenError::Store => "the host does not let its shared memory be written",
        OpenError::Entropy => "the host has no randomness for the seed of the keys",
    }
}

impl Stage for LimitStage {
    fn name(&self) -> StageName {
        StageName::Ratelimit
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn asks(&self) -> bool {
        self.rows.iter().any(|row| row.asks())
    }

    fn counters(&self) -> Vec<(&'static str, String)> {
        let mut events = BTreeSet::new();
        events.extend(self.rows.iter().flat_map(|row| row.events()));
        events.into_iter().map(|(event, limit)| (event, limit.to_owned())).collect()
    }

    fn counts(&self, route: RouteId) -> bool {
        self.rows.get(route.0).is_some_and(|row| !row.is_empty())
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.rows.get(request.route.id.0) {
            Some(row) => row.run(request, env),
            None => Refusal::new(StageName::Ratelimit, Cause::NotConfigured, ROUTE_NOT_COMPILED).into(),
        }
    }
}
