//! Where a document is fetched, as a configuration says it.

use contract::{Fetch, FetchId};
use serde::Deserialize;

use crate::field_error::FieldError;
use crate::place::{check_path, check_text};
use crate::plan::Plan;
use crate::timing::{RawTiming, TimingRanges};

/// Where a document is fetched, and how often. What the numbers may be, and are where nothing is said, is for
/// the kind of document to say.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRemote {
    /// The name of the proxy's cluster.
    pub cluster: String,
    /// The value of `:authority`.
    pub authority: String,
    /// The value of `:path`.
    pub path: String,
    /// How long one fetch may take, 100 to 10,000 milliseconds; 2,000 where nothing is said.
    pub timeout_ms: Option<u64>,
    /// How often the document is fetched again.
    pub refresh_seconds: Option<u64>,
    /// How long a document is used while the origin does not answer.
    pub max_stale_seconds: Option<u64>,
}

impl RawRemote {
    /// The plan to fetch a document of `max_bytes` at most from there, by fetches called `id`.
    ///
    /// # Errors
    /// With the field that is wrong.
    pub fn plan(self, id: FetchId, max_bytes: usize, ranges: &TimingRanges) -> Result<Plan, FieldError> {
        let Self { cluster, authority, path, timeout_ms, refresh_seconds, max_stale_seconds } = self;
        check_text("cluster", &cluster)?;
        check_text("authority", &authority)?;
        check_path("path", &path)?;
        let timing = RawTiming { timeout_ms, refresh_seconds, max_stale_seconds }.check(ranges)?;
        let timeout = timing.timeout;
        let fetch = Fetch { id, cluster, authority, path, timeout, max_bytes, if_none_match: None };
        Ok(Plan::one_step(fetch, &timing))
    }

    /// What decides which document is fetched.
    pub fn place(&self) -> [&str; 3] {
        [&self.cluster, &self.authority, &self.path]
    }
}
