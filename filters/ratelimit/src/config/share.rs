//! How the slots are divided: every limit has its own, so that no limit can take another's places.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use contract::{ConfigError, Section};

use super::Place;
use super::raw::RawLimit;
use crate::slots::Count;

/// Bytes that one bucket takes of the host, by the arithmetic of a 64-bit Envoy with libc++ and tcmalloc:
/// 256 for the allocation of its 240 bytes, 80 for its entry in the map (two pointers' worth of links, the
/// name of 24, the value's head of 24, the version, rounded up to a size class), and 16 for its share of
/// the map's index.
pub(super) const SLOT_BYTES: u32 = 256 + 80 + 16;

/// Bytes that a limiter may cost a proxy.
const MAX_BYTES: u32 = 16_000_000;

/// The most buckets of all limits: 675,000 keys.
pub(super) const MAX_SLOTS: u32 = 45_000;

const _: () = assert!(MAX_SLOTS * SLOT_BYTES <= MAX_BYTES, "the most buckets stay within the bound");

/// The fewest buckets of one limit. One is enough for a limit by route, of which there may well be fifteen.
const MIN_SLOTS_PER_LIMIT: NonZeroU32 = NonZeroU32::MIN;

/// What a limit has that does not say how many: an even part of what the others leave.
pub(super) fn even_share(
    total: u32,
    limits: &BTreeMap<String, RawLimit>,
    section: &Section<'_>,
) -> Result<NonZeroU32, ConfigError> {
    if !(1..=MAX_SLOTS).contains(&total) {
        return Err(section.error("slots", format!("must be 1 to {MAX_SLOTS}")));
    }
    let too_few = || section.error("slots", format!("{total} are too few for these limits"));
    let taken = limits.values().filter_map(|limit| limit.slots).fold(0, u32::saturating_add);
    let left = total.checked_sub(taken).ok_or_else(too_few)?;
    let sharing = limits.values().filter(|limit| limit.slots.is_none() && limit.global.is_none()).count();
    let sharing = u32::try_from(sharing).map_err(|_| too_few())?;
    // Where every limit says how many, nobody shares.
    let Some(share) = left.checked_div(sharing) else { return Ok(MIN_SLOTS_PER_LIMIT) };
    NonZeroU32::new(share).filter(|share| *share >= MIN_SLOTS_PER_LIMIT).ok_or_else(too_few)
}

/// The slots of the limit at `place`.
pub(super) fn slots_of(
    own: Option<u32>,
    even_share: NonZeroU32,
    place: &Place<'_>,
) -> Result<Count, ConfigError> {
    let Some(own) = own else { return Ok(Count::AtFirst(even_share)) };
    let enough = NonZeroU32::new(own).filter(|own| *own >= MIN_SLOTS_PER_LIMIT);
    enough
        .map(Count::Exactly)
        .ok_or_else(|| place.error(".slots", format!("must be at least {MIN_SLOTS_PER_LIMIT}")))
}
