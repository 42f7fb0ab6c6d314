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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    /// Of all limits together.
    #[serde(default = "default_slots")]
    pub(super) slots: u32,
    /// What clients are told, in which words.
    #[serde(default = "default_headers")]
    pub(super) headers: Vec<Style>,
    /// Engines that decide, by the names that limits call them.
    #[serde(default)]
    pub(super) services: BTreeMap<String, RawService>,
    pub(super) limits: BTreeMap<String, RawLimit>,
    #[serde(default)]
    pub(super) when_contended: WhenContended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    pub(super) requests: Option<u64>,
    pub(super) per_seconds: Option<u64>,
    /// As many as `requests` when absent.
    pub(super) burst: Option<u64>,
    pub(super) key: Vec<RawKeyPart>,
    /// One when absent.
    #[serde(default)]
    pub(super) cost: RawCost,
    #[serde(default)]
    pub(super) when_missing: WhenMissing,
    #[serde(default)]
    pub(super) before_auth: bool,
    #[serde(default)]
    pub(super) mode: Mode,
    /// Its own part of the section's `slots`; an even part of what others leave when absent.
    pub(super) slots: Option<u32>,
    /// An engine decides, and knows how many pass.
    pub(super) global: Option<RawGlobal>,
}

const fn default_slots() -> u32 {
    DEFAULT_SLOTS
}

fn default_headers() -> Vec<Style> {
    vec![Style::Standard]
}
