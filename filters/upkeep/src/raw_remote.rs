//! Where a document is fetched, as a configuration says it.

use contract::{Fetch, FetchId};
use serde::Deserialize;

use crate::field_error::FieldError;
use crate::place::{check_path, check_text};
use crate::plan::Plan;
#[cfg(feature = "schema")]
use crate::timing::{DEFAULT_TIMEOUT_MS, TIMEOUT_MS};
use crate::timing::{RawTiming, TimingRanges};

/// A day: the longest for every kind of document.
#[cfg(feature = "schema")]
const LONGEST_REFRESH_SECONDS: u64 = 86_400;

/// A year: the longest for a bundle of policies. For keys it is less, which the kind of document says.
#[cfg(feature = "schema")]
const LONGEST_STALE_SECONDS: u64 = 31_536_000;

/// Where a document is fetched, and how often. What the numbers may be, and are where nothing is said, is for
/// the kind of document to say.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Remote"))]
#[serde(deny_unknown_fields)]
pub struct RawRemote {
    /// The name of the proxy's cluster.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[!-~]+$")))]
    pub cluster: String,
    /// The value of `:authority`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^[!-~]+$")))]
    pub authority: String,
    /// The value of `:path`, from the first `/`.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = r"^/[!-~]*$")))]
    pub path: String,
    /// How long one fetch may take, in milliseconds.
    #[cfg_attr(feature = "schema", schemars(range(min = *TIMEOUT_MS.start(), max = *TIMEOUT_MS.end()), extend("default" = DEFAULT_TIMEOUT_MS)))]
    pub timeout_ms: Option<u64>,
    /// How often the document is fetched again, in seconds. For keys 10 to 86,400, and 300 where nothing is said; for
    /// bundles of policies 1 to 86,400, and 10 where nothing is said.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = LONGEST_REFRESH_SECONDS)))]
    pub refresh_seconds: Option<u64>,
    /// How long a document is used while the origin does not answer, in seconds; not less than `refresh_seconds`. For
    /// keys 604,800 at most, and 86,400 where nothing is said; for bundles of policies 31,536,000 at most, and until
    /// the signer's `not_after` where nothing is said.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = LONGEST_STALE_SECONDS)))]
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
