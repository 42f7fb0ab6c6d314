//! What is counted for metrics, each by the name of a limit.

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

/// A key lost its place that had spent of its burst.
pub(crate) const FORGOTTEN: &str = "limit.forgotten";

/// A request was forwarded uncounted because it could not be counted, as the configuration says.
pub(crate) const OPEN: &str = "limit.open";
