//! The section as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Mode, WhenContended, WhenMissing};
use crate::cost::RawCost;
use crate::global::{RawGlobal, RawService};
use crate::headers::Style;
use crate::key::RawKeyPart;

/// Buckets when the configuration does not say: they have places for 245,760 keys and take about 6 MB of
/// the proxy, see [`super::share::SLOT_BYTES`].
pub(super) const DEFAULT_SLOTS: u32 = 16_384;

/// How much: limits, and what they count by. One limit at least.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Ratelimit"))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    /// Buckets of all limits together, 1 to 45,000. One has places for 15 keys and takes 352 bytes of the proxy.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = super::share::MAX_SLOTS)))]
    #[serde(default = "default_slots")]
    pub(super) slots: u32,
    /// What clients are told, in which words; each once at most. An empty list tells them nothing but `Retry-After`.
    #[serde(default = "default_headers")]
    pub(super) headers: Vec<Style>,
    /// Engines that decide for many proxies, by the names that limits call them: 1 to 64 characters of `a-z`, `0-9` and
    /// `-`. Each is asked by one limit at least.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("propertyNames" = { "pattern": super::NAME_PATTERN })))]
    pub(super) services: BTreeMap<String, RawService>,
    /// The limits, by the names that routes call them: 1 to 64 characters of `a-z`, `0-9` and `-`.
    #[cfg_attr(feature = "schema", schemars(extend("minProperties" = 1), extend("propertyNames" = { "pattern": super::NAME_PATTERN })))]
    pub(super) limits: BTreeMap<String, RawLimit>,
    /// What becomes of a request that could not be counted because the shared memory could not be changed.
    #[serde(default)]
    pub(super) when_contended: WhenContended,
}

/// A limit: `requests` in `per_seconds`, counted here; or `global`, counted by an engine.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Limit", transform = contract::schema::either("requests per_seconds", "global", "burst slots")))]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    /// How many requests of cost 1 pass in `per_seconds`, for each key. A million in a second at most. Needed without
    /// `global`.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(super) requests: Option<u64>,
    /// The time, in seconds, in which that many pass. Needed without `global`.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(super) per_seconds: Option<u64>,
    /// How many may come at once. As many as `requests` where nothing is said. A burst comes back within 31 days.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(super) burst: Option<u64>,
    /// Who is counted: 1 to 8 different parts, whose values together are the key.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = super::MAX_KEY_PARTS)))]
    pub(super) key: Vec<RawKeyPart>,
    /// What a request costs, in requests: one where nothing is said. Not more than the burst.
    #[serde(default)]
    pub(super) cost: RawCost,
    /// What becomes of a request of which a part of the key is not known.
    #[serde(default)]
    pub(super) when_missing: WhenMissing,
    /// Whether it is checked before the credential is verified, which protects the cryptography. Its key has then
    /// nothing that is known only of a verified caller.
    #[serde(default)]
    pub(super) before_auth: bool,
    /// What happens when it is reached.
    #[serde(default)]
    pub(super) mode: Mode,
    /// Its own part of the section's `slots`. An even part of what others leave where nothing is said.
    #[cfg_attr(feature = "schema", schemars(range(min = 1)))]
    pub(super) slots: Option<u32>,
    /// An engine decides, and knows how many pass. Not beside `requests`, `per_seconds`, `burst` and `slots`.
    pub(super) global: Option<RawGlobal>,
}

const fn default_slots() -> u32 {
    DEFAULT_SLOTS
}

fn default_headers() -> Vec<Style> {
    vec![Style::Standard]
}
