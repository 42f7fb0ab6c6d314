//! Limitador, which says what a request spends of, and counts in its memory or in a store.

use std::error::Error;

use limitador::limit::{Context, Limit, Namespace};
use limitador::{CheckResult, RateLimiter};

use crate::store::Store;

/// Counters that are kept in memory, as many as Limitador's server keeps by itself.
const COUNTERS: u64 = 10_000;

/// Why nothing was counted.
pub(crate) type Failure = Box<dyn Error>;

/// Limits, and where is counted what is spent of them.
pub(crate) struct Limiter {
    limits: RateLimiter,
    store: Option<Store>,
}

impl Limiter {
    /// One with these limits, which counts in Redis if there is an address of one.
    pub(crate) async fn new(limits: Vec<Limit>, redis: Option<&str>) -> Result<Self, Failure> {
        let store = match redis {
            Some(url) => Some(Store::connect(url).await?),
            None => None,
        };
        let limiter = Self { limits: RateLimiter::new(COUNTERS), store };
        for limit in limits {
            limiter.limits.add_limit(limit);
        }
        Ok(limiter)
    }

    /// Spend of every limit that applies, or, when one has not as much, of none.
    pub(crate) async fn spend(
        &self,
        namespace: &Namespace,
        context: &Context<'_>,
        hits: u64,
    ) -> Result<CheckResult, Failure> {
        let Some(store) = &self.store else {
            return Ok(self.limits.check_rate_limited_and_update(namespace, context, hits)?);
        };
        // Nothing is ever counted here; this tells which counters apply.
        let mut result = self.limits.is_rate_limited(namespace, context, 0)?;
        if !result.counters.is_empty() {
            result.limited = !store.spend(&mut result.counters, hits).await?;
        }
        Ok(result)
    }
}
