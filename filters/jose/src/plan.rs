//! How the set of one issuer is fetched: what an attempt asks for, and how the answers are read.

use contract::{Duration, Fetch, FetchError, Fetched};

use crate::discovery::{Discovery, DiscoveryError, MAX_METADATA_BYTES};
use crate::key_set::{KeySet, KeySetError, MAX_KEY_SET_BYTES};
use crate::key_source::KeysFor;
use crate::key_use::KeyUse;
use crate::keys_config_error::KeysConfigError;
use crate::raw_keys::{RawDiscovery, RawRemote, Timing};
use crate::refresh::Pace;

/// What a fetch may take beyond its timeout before its answer counts as lost. Hosts answer within
/// milliseconds of the timeout.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// What the configuration says of a fetched set.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) key_use: KeyUse,
    /// What an attempt begins with: the key set, or the metadata that says where it is.
    pub(crate) first: Fetch,
    /// How the metadata is read.
    discovery: Option<Discovery>,
    pub(crate) pace: Pace,
    pub(crate) max_stale: Duration,
}

/// What an answer has brought.
pub(crate) enum Answer<'a> {
    /// The place of the key set.
    Place(Fetch),
    /// The key set, and the document that it was read from.
    Keys(KeySet, &'a [u8]),
}

impl Plan {
    /// A set at a place that is known.
    pub(crate) fn remote(raw: RawRemote, with: &KeysFor<'_>) -> Result<Self, KeysConfigError> {
        let timing = raw.check()?;
        let RawRemote { cluster, authority, path, .. } = raw;
        let (timeout, max_bytes) = (timing.timeout, MAX_KEY_SET_BYTES);
        let first = Fetch { id: with.id, cluster, authority, path, timeout, max_bytes };
        Ok(Self::new(first, None, &timing, with.key_use))
    }

    /// A set at a place that metadata names.
    pub(crate) fn discovery(raw: RawDiscovery, with: &KeysFor<'_>) -> Result<Self, KeysConfigError> {
        let timing = raw.check()?;
        let issuer = with.issuer.ok_or(KeysConfigError::NoIssuer)?;
        let discovery = Discovery::new(&raw, issuer, with.id, timing.timeout);
        let RawDiscovery { cluster, authority, path, .. } = raw;
        let (timeout, max_bytes) = (timing.timeout, MAX_METADATA_BYTES);
        let first = Fetch { id: with.id, cluster, authority, path, timeout, max_bytes };
        Ok(Self::new(first, Some(discovery), &timing, with.key_use))
    }

    fn new(first: Fetch, discovery: Option<Discovery>, timing: &Timing, key_use: KeyUse) -> Self {
        let Timing { timeout, refresh: interval, max_stale } = *timing;
        let steps = if discovery.is_some() { 2 } else { 1 };
        let lost_after = timeout.saturating_add(ANSWER_GRACE).saturating_mul(steps);
        Self { key_use, first, discovery, pace: Pace { interval, lost_after }, max_stale }
    }

    /// Read the answer to the first or the second step of an attempt.
    ///
    /// # Errors
    /// Why it brings nothing.
    pub(crate) fn read<'a>(
        &self,
        outcome: Fetched<'a>,
        is_second_step: bool,
    ) -> Result<Answer<'a>, &'static str> {
        let body = outcome.map_err(FetchError::reason)?;
        match &self.discovery {
            Some(discovery) if !is_second_step => {
                discovery.keys_of(body).map(Answer::Place).map_err(DiscoveryError::reason)
            }
            Some(_) | None => {
                let keys = KeySet::parse(body, self.key_use).map_err(KeySetError::reason)?;
                Ok(Answer::Keys(keys, body))
            }
        }
    }
}
