//! One slot of the table: a few keys with their times, and the rule by which a key loses its place.

use std::array;

use crate::gcra::{Decision, Gcra};

/// Keys in one bucket. With 4 a table that is half full puts a fifth key into one bucket in 100; each more
/// costs 24 bytes in every read and write of shared memory.
const WAYS: usize = 4;

/// Bytes of one key's entry: fingerprint and theoretical arrival time, little-endian.
const WAY_BYTES: usize = 16 + 8;

/// Bytes of a bucket. The size never changes, so neither does the memory of a proxy.
const BUCKET_BYTES: usize = WAYS * WAY_BYTES;

/// A bucket without keys. Not an empty value, which hosts do not tell from an absent one.
pub(crate) const EMPTY_BUCKET: [u8; BUCKET_BYTES] = [0; BUCKET_BYTES];

/// A few keys of one limit that share one value of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket([Way; WAYS]);

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
}

/// One key. A place that nobody has is one whose time is long past.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Way {
    fingerprint: u128,
    tat: u64,
}

impl Bucket {
    /// A bucket without keys.
    pub(crate) fn empty() -> Self {
        Self([Way::default(); WAYS])
    }

    /// The bucket in `bytes`, if they are one.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; BUCKET_BYTES] = bytes.try_into().ok()?;
        let mut ways = bytes.chunks_exact(WAY_BYTES).map(Way::decode);
        let ways = array::from_fn(|_| ways.next().flatten().unwrap_or_default());
        Some(Self(ways))
    }

    /// Its bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(Way::encode).collect()
    }

    /// Decide on a request of the key `fingerprint` at `now`, and count it if it passes. All keys of a bucket
    /// are counted by the same `gcra`.
    ///
    /// A key that is not here takes the place of the one whose time lies furthest in the past: once that
    /// time is over, forgetting it loses nothing, and before that what it has spent of its burst. A key that
    /// is over its limit keeps its place, or clients could be let off by others.
    pub(crate) fn decide(
        &mut self,
        fingerprint: u128,
        gcra: &Gcra,
        now: u64,
    ) -> Result<Decided, Exhausted> {
        let free_after = self.free_after(gcra, now);
        let known = self.0.iter().any(|way| way.fingerprint == fingerprint);
        let is_place = |way: &&mut Way| match known {
            true => way.fingerprint == fingerprint,
            false => !way.is_over_limit(gcra, now),
        };
        let place = self.0.iter_mut().filter(is_place).min_by_key(|way| way.tat);
        let way = place.ok_or(Exhausted { free_after })?;
        let decision = gcra.decide(known.then_some(way.tat), now);
        let Decision::Allowed { new_tat, .. } = decision else {
            return Ok(Decided { decision, forgot: false });
        };
        let forgot = !known && way.tat > now;
        *way = Way { fingerprint, tat: new_tat };
        Ok(Decided { decision, forgot })
    }

    fn free_after(&self, gcra: &Gcra, now: u64) -> u64 {
        let first = self.0.iter().map(|way| gcra.refuses_until(way.tat)).min().unwrap_or(now);
        first.saturating_sub(now)
    }
}

impl Way {
    fn decode(bytes: &[u8]) -> Option<Self> {
        let (fingerprint, rest) = bytes.split_first_chunk()?;
        let (tat, _) = rest.split_first_chunk()?;
        Some(Self { fingerprint: u128::from_le_bytes(*fingerprint), tat: u64::from_le_bytes(*tat) })
    }

    fn encode(&self) -> impl Iterator<Item = u8> + use<> {
        self.fingerprint.to_le_bytes().into_iter().chain(self.tat.to_le_bytes())
    }

    /// A time further ahead than a whole refill was written before the clock jumped back: it holds no place.
    fn is_over_limit(&self, gcra: &Gcra, now: u64) -> bool {
        now < gcra.refuses_until(self.tat) && self.tat <= now.saturating_add(gcra.refill())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;

    fn bucket() -> Bucket {
        Bucket::empty()
    }

    fn passes(bucket: &mut Bucket, key: u128, gcra: &Gcra, now: u64) -> Option<bool> {
        let decided = bucket.decide(key, gcra, now);
        decided.ok().map(|decided| matches!(decided.decision, Decision::Allowed { .. }))
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let gcra = Gcra::new(1, 1, 2).unwrap();
        let mut bucket = bucket();
        for key in [1, 2, u128::MAX] {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        assert_eq!(Bucket::decode(&bucket.encode()), Some(bucket));
        assert_eq!(Bucket::empty().encode(), EMPTY_BUCKET);
        for bad in [[].as_slice(), &[0; BUCKET_BYTES - 1], &[0; BUCKET_BYTES + 1]] {
            assert_eq!(Bucket::decode(bad), None);
        }
    }

    #[test]
    fn forgets_the_key_whose_time_is_furthest_in_the_past() {
        let gcra = Gcra::new(1, 1, 2).unwrap();
        let mut bucket = bucket();
        for (key, later) in [(1, 3), (2, 0), (3, 1), (4, 2)] {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW + later * SECOND), Some(true));
        }
        assert_eq!(passes(&mut bucket, 5, &gcra, NOW + 3 * SECOND), Some(true));
        let kept = bucket.0.map(|way| way.fingerprint);
        assert_eq!(kept, [1, 5, 3, 4]);
    }

    #[test]
    fn never_forgets_a_key_that_is_over_its_limit() {
        let gcra = Gcra::new(1, 10, 1).unwrap();
        let mut bucket = bucket();
        for key in 1..=4 {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        let refused = bucket.decide(5, &gcra, NOW + SECOND);
        assert_eq!(refused, Err(Exhausted { free_after: 9 * SECOND }));
        assert_eq!(passes(&mut bucket, 1, &gcra, NOW + SECOND), Some(false));
        assert_eq!(passes(&mut bucket, 5, &gcra, NOW + 10 * SECOND), Some(true));
    }

    #[test]
    fn says_when_it_forgets_what_a_key_has_spent() {
        let gcra = Gcra::new(1, 10, 3).unwrap();
        for (later, forgot) in [(0, true), (10 * SECOND - 1, true), (10 * SECOND, false)] {
            let mut bucket = bucket();
            for key in 1..=4 {
                assert!(!bucket.decide(key, &gcra, NOW).unwrap().forgot, "there was room");
            }
            assert!(!bucket.decide(2, &gcra, NOW).unwrap().forgot, "it has its place");
            assert_eq!(bucket.decide(5, &gcra, NOW + later).unwrap().forgot, forgot, "{later}");
        }
    }

    #[test]
    fn keys_from_before_a_jump_of_the_clock_do_not_block_a_bucket() {
        let gcra = Gcra::new(1, 10, 1).unwrap();
        let mut bucket = bucket();
        for key in 1..=4 {
            assert_eq!(passes(&mut bucket, key, &gcra, NOW), Some(true));
        }
        assert_eq!(passes(&mut bucket, 5, &gcra, NOW - 3_600 * SECOND), Some(true));
    }
}
