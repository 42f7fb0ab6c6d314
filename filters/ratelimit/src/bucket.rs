//! One slot of the table: a few keys with their times, and the rule by which a key loses its place.
//!
//! It is decided on in the very bytes that the store has returned: nothing is copied and nothing allocated.

use std::num::NonZeroU32;

use crate::fingerprint::Fingerprint;
use crate::gcra::{Decision, Gcra};

/// Keys in one bucket. With as many a value is 240 bytes, which with the end mark of the host's strings
/// just fits an allocation of 256: the host pays for the same whether there are 12 keys or 15.
pub(crate) const WAYS: usize = 15;

/// Bytes of one key's entry: fingerprint and theoretical arrival time, little-endian.
const WAY_BYTES: usize = 8 + 8;

/// Bytes of a bucket. The size never changes, so neither does the memory of a proxy.
const BUCKET_BYTES: usize = WAYS * WAY_BYTES;

/// A bucket without keys: a place that nobody has is one whose time is long past. Not an empty value, which
/// hosts do not tell from an absent one.
pub(crate) const EMPTY_BUCKET: [u8; BUCKET_BYTES] = [0; BUCKET_BYTES];

/// A few keys of one limit that share one value of the store.
pub(crate) struct Bucket<'a>(&'a mut [Way]);

/// Fingerprint and time of one key.
type Way = [u8; WAY_BYTES];

/// Every key of the bucket is over its limit; the first of them until this many nanoseconds have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted {
    pub(crate) free_after: u64,
}

/// What was decided about a key, and at what price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) decision: Decision,
    /// Another key lost its place before its burst was whole again: it has a fresh one now.
    pub(crate) forgot: bool,
    /// The key's time was from before a jump of the clock and has been amended, whatever was decided.
    pub(crate) amended: bool,
}

/// What a request asks of a bucket. All keys of a bucket are counted by the same `gcra`.
#[derive(Clone, Copy)]
pub(crate) struct Charge<'a> {
    pub(crate) gcra: &'a Gcra,
    pub(crate) cost: NonZeroU32,
    /// The most that any request of the limit costs.
    pub(crate) most: NonZeroU32,
    pub(crate) now: u64,
}

impl<'a> Bucket<'a> {
    /// The bucket in `value`. Whoever could write what is no bucket could as well write an empty one:
    /// nothing is lost by starting again that refusing for ever would keep.
    pub(crate) fn within(value: &'a mut Vec<u8>) -> Self {
        if value.len() != BUCKET_BYTES {
            value.clear();
            value.extend_from_slice(&EMPTY_BUCKET);
        }
        Self(value.as_chunks_mut().0)
    }

    /// Decide on a request of the key `fingerprint`, and count it if it passes.
    ///
    /// A key that is not here takes the place of the one whose time lies furthest in the past: once that
    /// time is over, forgetting it loses nothing, and before that what it has spent of its burst. A key
    /// that is over its limit, where it could not pay the most that a request costs, keeps its place, or
    /// clients could be let off by others.
    pub(crate) fn decide(self, fingerprint: Fingerprint, charge: Charge<'_>) -> Result<Decided, Exhausted> {
        let known = self.0.iter().position(|way| fingerprint_of(way) == fingerprint.place);
        match known.and_then(|at| self.0.get_mut(at)) {
            Some(way) => {
                let amended = charge.gcra.amended(tat_of(way), charge.now);
                if let Some(tat) = amended {
                    put(way, fingerprint, tat);
                }
                let decision = charge.of(Some(tat_of(way)));
                store(way, fingerprint, decision);
                Ok(Decided { decision, forgot: false, amended: amended.is_some() })
            }
            None => self.newcomer(fingerprint, charge),
        }
    }

    fn newcomer(self, fingerprint: Fingerprint, charge: Charge<'_>) -> Result<Decided, Exhausted> {
        let free_after = charge.free_after(self.0);
        let free = self.0.iter_mut().filter(|way| !charge.is_over_limit(tat_of(way)));
        let way = free.min_by_key(|way| tat_of(way)).ok_or(Exhausted { free_after })?;
        let decision = charge.of(None);
        let forgot = tat_of(way) > charge.now && matches!(decision, Decision::Allowed { .. });
        store(way, fingerprint, decision);
        Ok(Decided { decision, forgot, amended: false })
    }
}

impl Charge<'_> {
    fn of(&self, tat: Option<u64>) -> Decision {
        self.gcra.decide(tat, self.now, self.cost)
    }

    /// A time further ahead than a whole refill was written before the clock jumped back: it holds no
    /// place.
    fn is_over_limit(&self, tat: u64) -> bool {
        self.now < self.gcra.refuses_until(tat, self.most)
            && tat <= self.now.saturating_add(self.gcra.refill())
    }

    fn free_after(&self, ways: &[Way]) -> u64 {
        let free = ways.iter().map(|way| self.gcra.refuses_until(tat_of(way), self.most)).min();
        free.unwrap_or(self.now).saturating_sub(self.now)
    }
}

fn fingerprint_of(way: &Way) -> u64 {
    way.first_chunk().copied().map_or(0, u64::from_le_bytes)
}

fn tat_of(way: &Way) -> u64 {
    way.last_chunk().copied().map_or(0, u64::from_le_bytes)
}

fn store(way: &mut Way, fingerprint: Fingerprint, decision: Decision) {
    if let Decision::Allowed { new_tat, .. } = decision {
        put(way, fingerprint, new_tat);
    }
}

fn put(way: &mut Way, fingerprint: Fingerprint, tat: u64) {
    let both = u128::from(fingerprint.place) | u128::from(tat).rotate_left(u64::BITS);
    *way = both.to_le_bytes();
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;
    const ONE: NonZeroU32 = NonZeroU32::MIN;
    const ALL: u64 = WAYS as u64;

    fn bucket() -> Vec<u8> {
        EMPTY_BUCKET.to_vec()
    }

    fn decide(bucket: &mut Vec<u8>, key: u64, gcra: &Gcra, now: u64) -> Result<Decided, Exhausted> {
        let charge = Charge { gcra, cost: ONE, most: ONE, now };
        Bucket::within(bucket).decide(Fingerprint { slot: 0, place: key }, charge)
    }

    fn passes(bucket: &mut Vec<u8>, key: u64, gcra: &Gcra, now: u64) -> Option<bool> {
        let decided = decide(bucket, key, gcra, now);
        decided.ok().map(|decided| matches!(decided.decision, Decision::Allowed { .. }))
    }

    fn keys(bucket: &mut Vec<u8>) -> Vec<u64> {
        Bucket::within(bucket).0.iter().map(fingerprint_of).collect()
    }

    #[test]
    fn a_value_with_its_end_mark_fits_an_allocation_of_256_bytes() {
        let room_for_one_more = BUCKET_BYTES + WAY_BYTES;
        assert!(BUCKET_BYTES < 256 && room_for_one_more + 1 > 256);
    }

    #[test]
    fn is_changed_where_it_lies() {
        let gcra = Gcra::new(1, 1, 2).unwrap();
        let mut bucket = bucket();
        let lies_at = bucket.as_ptr();
        for key in [1, 2, u64::MAX] {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        assert_eq!((bucket.as_ptr(), bucket.len()), (lies_at, BUCKET_BYTES));
        assert_eq!(keys(&mut bucket)[..4], [1, 2, u64::MAX, 0]);
        let (fingerprint, tat) = bucket[..WAY_BYTES].split_at(8);
        assert_eq!(
            (fingerprint, tat),
            (1_u64.to_le_bytes().as_slice(), (NOW + SECOND).to_le_bytes().as_slice())
        );
    }

    #[test]
    fn what_is_no_bucket_starts_again() {
        let gcra = Gcra::new(1, 1, 1).unwrap();
        for length in [0, BUCKET_BYTES - 1, BUCKET_BYTES + 1] {
            let mut spoilt = vec![0xff; length];
            assert_eq!(passes(&mut spoilt, 1, &gcra, NOW), Some(true));
            assert_eq!((spoilt.len(), keys(&mut spoilt)[1]), (BUCKET_BYTES, 0));
        }
    }

    #[test]
    fn forgets_the_key_whose_time_is_furthest_in_the_past() {
        let gcra = Gcra::new(1, 1, 2).unwrap();
        let mut bucket = bucket();
        let later = |key: u64| if key == 2 { NOW } else { NOW + key * SECOND };
        for key in 1..=ALL {
            assert_eq!(passes(&mut bucket, key, &gcra, later(key)), Some(true));
        }
        assert_eq!(passes(&mut bucket, 99, &gcra, NOW + 3 * SECOND), Some(true));
        let wanted: Vec<_> = (1..=ALL).map(|key| if key == 2 { 99 } else { key }).collect();
        assert_eq!(keys(&mut bucket), wanted);
    }

    #[test]
    fn never_forgets_a_key_that_is_over_its_limit() {
        let gcra = Gcra::new(1, 10, 1).unwrap();
        let mut bucket = bucket();
        for key in 1..=ALL {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        let refused = decide(&mut bucket, 99, &gcra, NOW + SECOND);
        assert_eq!(refused, Err(Exhausted { free_after: 9 * SECOND }));
        assert_eq!(passes(&mut bucket, 1, &gcra, NOW + SECOND), Some(false));
        assert_eq!(passes(&mut bucket, 99, &gcra, NOW + 10 * SECOND), Some(true));
    }

    #[test]
    fn a_key_that_could_not_pay_the_most_that_a_request_costs_keeps_its_place() {
        let gcra = Gcra::new(1, 1, 4).unwrap();
        let mut bucket = bucket();
        for key in 1..=ALL {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        let mut ask = |most| {
            let charge = Charge { gcra: &gcra, cost: ONE, most: NonZeroU32::new(most).unwrap(), now: NOW };
            Bucket::within(&mut bucket).decide(Fingerprint { slot: 0, place: 99 }, charge)
        };
        assert_eq!(ask(4), Err(Exhausted { free_after: SECOND }));
        assert!(ask(3).unwrap().forgot);
    }

    #[test]
    fn says_when_it_forgets_what_a_key_has_spent() {
        let gcra = Gcra::new(1, 10, 3).unwrap();
        for (later, forgot) in [(0, true), (10 * SECOND - 1, true), (10 * SECOND, false)] {
            let mut bucket = bucket();
            for key in 1..=ALL {
                assert!(!decide(&mut bucket, key, &gcra, NOW).unwrap().forgot, "there was room");
            }
            assert!(!decide(&mut bucket, 2, &gcra, NOW).unwrap().forgot, "it has its place");
            assert_eq!(decide(&mut bucket, 99, &gcra, NOW + later).unwrap().forgot, forgot, "{later}");
        }
    }

    #[test]
    fn a_key_from_before_a_jump_of_the_clock_is_refused_as_long_as_it_is_told_and_not_until_then() {
        let gcra = Gcra::new(1, 10, 1).unwrap();
        let mut bucket = bucket();
        assert_eq!(passes(&mut bucket, 1, &gcra, NOW), Some(true));
        let back = NOW - 3_600 * SECOND;
        let refused = decide(&mut bucket, 1, &gcra, back).unwrap();
        assert_eq!(
            (refused.amended, refused.decision),
            (true, Decision::Limited { remaining: 0, retry_after: 10 * SECOND })
        );
        assert_eq!(passes(&mut bucket, 1, &gcra, back + 10 * SECOND - 1), Some(false));
        assert_eq!(passes(&mut bucket, 1, &gcra, back + 10 * SECOND), Some(true));
    }

    #[test]
    fn keys_from_before_a_jump_of_the_clock_do_not_block_a_bucket() {
        let gcra = Gcra::new(1, 10, 1).unwrap();
        let mut bucket = bucket();
        for key in 1..=ALL {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        assert_eq!(passes(&mut bucket, 99, &gcra, NOW - 3_600 * SECOND), Some(true));
    }
}
