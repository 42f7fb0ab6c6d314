//! The section as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Mode, WhenContended};
use crate::key::KeyPart;

/// Buckets when the configuration does not say: 4096 of 96 bytes hold 16,384 keys in less than half a
/// megabyte.
pub(super) const DEFAULT_SLOTS: u32 = 4_096;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    /// Of all limits together.
    #[serde(default = "default_slots")]
    pub(super) slots: u32,
    pub(super) limits: BTreeMap<String, RawLimit>,
    #[serde(default)]
    pub(super) when_contended: WhenContended,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    pub(super) requests: u64,
    pub(super) per_seconds: u64,
    /// As many as `requests` when absent.
    pub(super) burst: Option<u64>,
    pub(super) key: Vec<KeyPart>,
    #[serde(default)]
    pub(super) before_auth: bool,
    #[serde(default)]
    pub(super) mode: Mode,
    /// Its own part of the section's `slots`; an even part of what others leave when absent.
    pub(super) slots: Option<u32>,
}

const fn default_slots() -> u32 {
    DEFAULT_SLOTS
}
