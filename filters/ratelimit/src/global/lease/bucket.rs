//! A few leases that share one value of the store.

use super::Lease;

/// Leases in one bucket.
const WAYS: usize = 3;

/// Bytes of one lease with the fingerprint of its key: five times and six amounts, little-endian.
const WAY_BYTES: usize = 8 + 5 * 8 + 6 * 4;

/// Bytes of a bucket.
pub(super) const BUCKET_BYTES: usize = WAYS * WAY_BYTES;

/// A few keys of one limit with their leases. A place that nobody has is one that is idle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bucket([(u64, Lease); WAYS]);

impl Bucket {
    /// The bucket in `bytes`; an empty one where they are none, because whoever could write that could as well
    /// write an empty one.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let mut bucket = Self::default();
        if bytes.len() == BUCKET_BYTES {
            for (way, bytes) in bucket.0.iter_mut().zip(bytes.chunks_exact(WAY_BYTES)) {
                *way = decode(bytes).unwrap_or_default();
            }
        }
        bucket
    }

    /// Its bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BUCKET_BYTES);
        for (fingerprint, lease) in &self.0 {
            let Lease { since, until, reset, asking, refused, .. } = lease;
            let Lease { left, size, remaining, quota, window_seconds, refused_cost, .. } = lease;
            for word in [fingerprint, since, until, reset, asking, refused] {
                bytes.extend_from_slice(&word.to_le_bytes());
            }
            for amount in [left, size, remaining, quota, window_seconds, refused_cost] {
                bytes.extend_from_slice(&amount.to_le_bytes());
            }
        }
        bytes
    }

    /// The lease of the key `fingerprint`: its own, or the place of an idle one, or at least of one that is spent.
    /// `None` when every place is taken by a key that has something left.
    pub(crate) fn lease(&mut self, fingerprint: u64, now: u64, patience: u64) -> Option<&mut Lease> {
        let known = self.0.iter().position(|(candidate, _)| *candidate == fingerprint);
        let idle = || self.0.iter().position(|(_, lease)| lease.is_idle(now, patience));
        let spent = || self.0.iter().position(|(_, lease)| lease.is_spent(now, patience));
        let place = known.or_else(idle).or_else(spent)?;
        let way = self.0.get_mut(place)?;
        if known.is_none() {
            *way = (fingerprint, Lease::default());
        }
        Some(&mut way.1)
    }
}

fn decode(bytes: &[u8]) -> Option<(u64, Lease)> {
    let (words, amounts) = bytes.split_at_checked(6 * 8)?;
    let mut words =
        words.chunks_exact(8).filter_map(|word| Some(u64::from_le_bytes(word.try_into().ok()?)));
    let mut amounts =
        amounts.chunks_exact(4).filter_map(|amount| Some(u32::from_le_bytes(amount.try_into().ok()?)));
    let fingerprint = words.next()?;
    let lease = Lease {
        since: words.next()?,
        until: words.next()?,
        reset: words.next()?,
        asking: words.next()?,
        refused: words.next()?,
        left: amounts.next()?,
        size: amounts.next()?,
        remaining: amounts.next()?,
        quota: amounts.next()?,
        window_seconds: amounts.next()?,
        refused_cost: amounts.next()?,
    };
    Some((fingerprint, lease))
}
