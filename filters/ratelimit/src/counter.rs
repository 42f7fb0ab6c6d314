//! One limit with its table: a request counted.

use std::rc::Rc;

use contract::{Compile, Duration, Env, Request};

use crate::bucket::Decided;
use crate::config::Limit;
use crate::fingerprint::Fingerprinter;
use crate::gcra::Decision;
use crate::headers::Quota;
use crate::key::key;
use crate::reason::Reason;
use crate::table::{OpenError, Table};

/// A limit that can count.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) limit: Rc<Limit>,
    fingerprinter: Fingerprinter,
    table: Table,
}

/// What counting a request came to.
pub(crate) struct Counted {
    /// What the key has left, if that is known.
    pub(crate) quota: Option<Quota>,
    /// Whether another key was forgotten for it that had spent of its burst.
    pub(crate) forgot: bool,
    /// Whether the request keeps the limit.
    pub(crate) outcome: Result<(), Reason>,
}

impl Counter {
    /// A counter for `limit`, with a table of its own.
    pub(crate) fn open(
        limit: &Rc<Limit>,
        fingerprinter: &Fingerprinter,
        with: &Compile<'_>,
    ) -> Result<Self, OpenError> {
        let table = Table::open(limit.namespace(), limit.slots, with.store)?;
        Ok(Self { limit: Rc::clone(limit), fingerprinter: fingerprinter.clone(), table })
    }

    /// Count `request`.
    pub(crate) fn count(&self, request: &Request<'_>, env: &Env<'_>) -> Counted {
        match self.decide(request, env) {
            Ok(decided) => decided.into(),
            Err(reason) => Counted { quota: None, forgot: false, outcome: Err(reason) },
        }
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Result<Decided, Reason> {
        let fingerprint = self.fingerprinter.of(&key(&self.limit.key, request, env)?);
        Ok(self.table.decide(env.store, fingerprint, &self.limit.gcra, env.now.nanos())?)
    }
}

impl From<Decided> for Counted {
    fn from(Decided { decision, forgot }: Decided) -> Self {
        let (quota, outcome) = match decision {
            Decision::Allowed { remaining, reset_after, .. } => (Quota { remaining, reset_after }, Ok(())),
            Decision::Limited { retry_after } => {
                let quota = Quota { remaining: 0, reset_after: retry_after };
                (quota, Err(Reason::LimitReached { retry_after: Duration::from_nanos(retry_after) }))
            }
        };
        Self { quota: Some(quota), forgot, outcome }
    }
}
