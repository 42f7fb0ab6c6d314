//! What is counted for metrics, by the name of a limit or of a service.

use contract::Meter;

/// A request was counted and keeps the limit.
pub(crate) const ADMITTED: &str = "limit.admitted";

/// A request was refused because the limit is reached, or because all places are taken by keys over it.
pub(crate) const LIMITED: &str = "limit.limited";

/// A request would have been refused if the limit were in force.
pub(crate) const SHADOW_LIMITED: &str = "limit.shadow_limited";

/// A request was not counted because a part of its key is missing, as the configuration says.
pub(crate) const SKIPPED: &str = "limit.skipped";

/// Another worker wrote in between, and the decision was made again.
pub(crate) const RETRIES: &str = "limit.retries";

/// Count the times that another worker wrote in between, if there were any.
pub(crate) fn count_retries(meter: &dyn Meter, limit: &str, retries: usize) {
    if retries > 0 {
        meter.count_of(RETRIES, limit, u64::try_from(retries).unwrap_or(u64::MAX));
    }
}

/// A key lost its place that had spent of its burst.
pub(crate) const FORGOTTEN: &str = "limit.forgotten";

/// A request was forwarded uncounted because it could not be counted, as the configuration says.
pub(crate) const OPEN: &str = "limit.open";

/// An engine has let pass.
pub(crate) const ENGINE_OK: &str = "limit.engine.ok";

/// An engine has refused.
pub(crate) const ENGINE_OVER_LIMIT: &str = "limit.engine.over_limit";

/// An engine has not answered in time.
pub(crate) const ENGINE_TIMEOUT: &str = "limit.engine.timeout";

/// An engine could not be reached, or has ended a call with a status.
pub(crate) const ENGINE_FAILED: &str = "limit.engine.failed";

/// An engine has answered nonsense.
pub(crate) const ENGINE_GARBAGE: &str = "limit.engine.garbage";

/// An engine was not asked because as many requests as may wait for answers.
pub(crate) const ENGINE_TOO_MANY: &str = "limit.engine.too_many";

/// An engine was not asked because it has failed before.
pub(crate) const ENGINE_BROKEN_CIRCUIT: &str = "limit.engine.broken_circuit";

/// An engine has failed so often that it is not asked for a while: by the name of the service.
pub(crate) const ENGINE_BROKE_CIRCUIT: &str = "limit.engine.broke_circuit";

/// What an alert may ask for of a limit that an engine counts.
pub(crate) const OF_GLOBAL: [&str; 5] =
    [LIMITED, OPEN, ENGINE_TIMEOUT, ENGINE_FAILED, ENGINE_BROKEN_CIRCUIT];

/// How long an engine took, in microseconds.
pub(crate) const ENGINE_MICROSECONDS: &str = "limit.engine_us";
