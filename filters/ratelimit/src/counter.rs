//! One limit with its table: a request counted.

use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{Aside, Attempted, Compile, Duration, Edits, Env, Request};

use crate::bucket::{Charge, Decided};
use crate::config::{Limit, Local};
use crate::fingerprint::{Fingerprinter, KeyHasher};
use crate::gcra::{Decision, Gcra};
use crate::headers::Promise;
use crate::quota::Quota;
use crate::reason::Reason;
use crate::slots::OpenError;
use crate::table::{Table, Undecided};

/// A limit that can count.
pub(crate) struct Counter {
    pub(crate) limit: Rc<Limit>,
    gcra: Gcra,
    /// The most that a request costs, whichever route it takes.
    most: NonZeroU32,
    hasher: KeyHasher,
    table: Table,
}

/// What counting a request came to.
pub(crate) struct Counted {
    /// What the key has left, if that is known.
    pub(crate) quota: Option<Quota>,
    /// Whether another key was forgotten for it that had spent of its burst.
    pub(crate) forgot: bool,
    /// How often another worker wrote in between.
    pub(crate) retries: usize,
    /// What an engine has to say beyond that.
    pub(crate) from_engine: Option<Box<FromEngine>>,
    /// Whether the request keeps the limit.
    pub(crate) outcome: Result<(), Reason>,
}

/// What an engine has to say beyond yes and no.
#[derive(Default)]
pub(crate) struct FromEngine {
    /// What the key has left, if the engine says it.
    pub(crate) quota: Option<Quota>,
    /// How many pass in which time, if the engine has said it.
    pub(crate) promise: Option<Promise>,
    /// What it adds to the response.
    pub(crate) response: Edits,
    /// What is asked ahead.
    pub(crate) aside: Option<Aside>,
}

impl Counter {
    /// A counter for `limit`, under which no request costs more than `most`, with a table of its own.
    pub(crate) fn open(
        limit: &Rc<Limit>,
        local: Local,
        most: NonZeroU32,
        fingerprinter: &Fingerprinter,
        with: &Compile<'_>,
    ) -> Result<Self, OpenError> {
        let Local { gcra, slots } = local;
        let table = Table::open(limit.namespace(), slots, with.store)?;
        Ok(Self { limit: Rc::clone(limit), gcra, most, hasher: KeyHasher::new(fingerprinter), table })
    }

    /// Count `request` at this cost.
    pub(crate) fn count(&self, cost: NonZeroU32, request: &Request<'_>, env: &Env<'_>) -> Counted {
        let key = match self.hasher.of(&self.limit.key, request, env) {
            Ok(key) => key,
            Err(missing) => return Counted::not(missing.into(), 0),
        };
        let charge = Charge { gcra: &self.gcra, cost, most: self.most, now: env.now.nanos() };
        let Attempted { outcome, retries } = self.table.decide(env.store, key, charge);
        match outcome.map_err(Undecided::from).flatten() {
            Ok(decided) => Counted::by(decided, self.gcra.burst(), retries),
            Err(undecided) => Counted::not(undecided.into(), retries),
        }
    }
}

impl Counted {
    /// It was not counted.
    pub(crate) const fn not(reason: Reason, retries: usize) -> Self {
        Self { quota: None, forgot: false, retries, from_engine: None, outcome: Err(reason) }
    }

    /// An engine has counted it.
    pub(crate) const fn admitted() -> Self {
        Self { quota: None, forgot: false, retries: 0, from_engine: None, outcome: Ok(()) }
    }

    /// An engine has refused it.
    pub(crate) const fn limited(retry_after: Duration) -> Self {
        Self::not(Reason::LimitReached { retry_after }, 0)
    }

    const fn by(Decided { decision, forgot, .. }: Decided, burst: u64, retries: usize) -> Self {
        let (quota, outcome) = match decision {
            Decision::Allowed { remaining, reset_after, .. } => {
                (Quota { burst, remaining, reset_after }, Ok(()))
            }
            Decision::Limited { remaining, retry_after } => {
                let reason = Reason::LimitReached { retry_after: Duration::from_nanos(retry_after) };
                (Quota { burst, remaining, reset_after: retry_after }, Err(reason))
            }
        };
        Self { quota: Some(quota), forgot, retries, from_engine: None, outcome }
    }
}
