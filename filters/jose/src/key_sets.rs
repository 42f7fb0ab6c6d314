//! Key sets as documents that are fetched: what an attempt asks for, and how the answers are read.

use std::ops::RangeInclusive;

use contract::{Fetch, UnixTime};
use upkeep::{Answer, DocumentKind, Plan, RawRemote, SharingEvents, Step, TimingRanges};

use crate::discovery::{Discovery, DiscoveryError, MAX_METADATA_BYTES};
use crate::key_set::{KeySet, KeySetError, MAX_KEY_SET_BYTES};
use crate::key_source::KeysFor;
use crate::key_use::KeyUse;
use crate::keys_config_error::KeysConfigError;
use crate::raw_keys::RawDiscovery;

/// How the sets of one issuer are read.
#[derive(Debug)]
pub(crate) struct KeySets {
    key_use: KeyUse,
    /// How metadata is read, where a set is at a place that it names.
    discovery: Option<Discovery>,
}

/// Counted when something lies where workers share a set that none of them has written.
pub const SHARING_FORGED: &str = "jwt.sharing.forged";

/// What is counted when workers cannot share a set.
pub(crate) const SHARING_EVENTS: SharingEvents = SharingEvents {
    forged: SHARING_FORGED,
    outdated: "jwt.sharing.outdated",
    unavailable: "jwt.sharing.unavailable",
};

/// More often than every ten seconds is a load on the issuer; less often than daily, a removed key lives on.
const REFRESH_SECONDS: RangeInclusive<u64> = 10..=86_400;

/// A set is used for seven days at most, after which Istio drops one too.
pub(crate) const TIMING: TimingRanges = TimingRanges {
    refresh_seconds: REFRESH_SECONDS,
    default_refresh_seconds: 300,
    longest_stale_seconds: 604_800,
    default_stale_seconds: Some(86_400),
};

impl KeySets {
    /// Sets at a place that is known.
    pub(crate) fn remote(raw: RawRemote, with: &KeysFor<'_>) -> Result<(Self, Plan), KeysConfigError> {
        let plan = raw.plan(with.id, MAX_KEY_SET_BYTES, &TIMING);
        let plan = plan.map_err(|error| KeysConfigError::Remote(error.within("remote")))?;
        Ok((Self { key_use: with.key_use, discovery: None }, plan))
    }

    /// Sets at a place that metadata names.
    pub(crate) fn discovery(
        raw: RawDiscovery,
        with: &KeysFor<'_>,
    ) -> Result<(Self, Plan), KeysConfigError> {
        let timing =
            raw.check(&TIMING).map_err(|error| KeysConfigError::Remote(error.within("discovery")))?;
        let issuer = with.issuer.ok_or(KeysConfigError::NoIssuer)?;
        let discovery = Discovery::new(&raw, issuer, with.id, timing.timeout);
        let RawDiscovery { cluster, authority, path, .. } = raw;
        let (timeout, max_bytes) = (timing.timeout, MAX_METADATA_BYTES);
        let first =
            Fetch { id: with.id, cluster, authority, path, timeout, max_bytes, if_none_match: None };
        let plan = Plan::two_steps(first, &timing);
        Ok((Self { key_use: with.key_use, discovery: Some(discovery) }, plan))
    }
}

impl DocumentKind for KeySets {
    type Document = KeySet;

    fn read(&self, body: &[u8], step: Step, _: UnixTime) -> Result<Answer<KeySet>, &'static str> {
        match (&self.discovery, step) {
            (Some(discovery), Step::First) => {
                discovery.keys_of(body).map(Answer::Place).map_err(DiscoveryError::reason)
            }
            (Some(_), Step::Second) | (None, Step::First | Step::Second) => {
                KeySet::parse(body, self.key_use).map(Answer::Document).map_err(KeySetError::reason)
            }
        }
    }

    fn reread(&self, document: &[u8]) -> Option<KeySet> {
        KeySet::parse(document, self.key_use).ok()
    }
}
