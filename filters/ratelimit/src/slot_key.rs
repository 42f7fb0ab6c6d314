//! Under which names the buckets of a limit lie in the shared memory.

/// Bytes of the name of a bucket. The standard library of the host keeps names of up to 22 bytes within
/// their entry, and allocates for longer ones.
const KEY_BYTES: usize = STEM_BYTES + SLOT_DIGITS;

/// Bytes of what the names of all buckets of one limit begin with: `ww/l/`, 64 bits in 11 digits, and `/`.
const STEM_BYTES: usize = PREFIX.len() + NAMESPACE_DIGITS + 1;

/// Before the names of all buckets. Other plugins of the proxy may share the memory.
const PREFIX: &[u8; 5] = b"ww/l/";

/// Digits of 6 bits that hold 64.
const NAMESPACE_DIGITS: usize = 11;

/// Digits of a slot.
const SLOT_DIGITS: usize = 3;

/// The most slots that names tell apart.
pub(crate) const MAX_SLOTS: u32 = 1 << (DIGIT_BITS * SLOT_DIGITS as u32);

/// Digits, as in base64url.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bits of one digit.
const DIGIT_BITS: u32 = 6;

/// The names of the buckets of one limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlotKeys {
    first: [u8; KEY_BYTES],
}

/// The name of one bucket. It lies on the stack.
pub(crate) struct SlotKey([u8; KEY_BYTES]);

impl SlotKeys {
    /// The names in `namespace`.
    pub(crate) fn new(namespace: u64) -> Self {
        let digits = (0..NAMESPACE_DIGITS).scan(namespace, |rest, _| {
            let digit = digit(*rest);
            *rest >>= DIGIT_BITS;
            Some(digit)
        });
        let mut stem = PREFIX.iter().copied().chain(digits).chain([b'/']);
        Self { first: std::array::from_fn(|_| stem.next().unwrap_or_else(|| digit(0))) }
    }

    /// The name of the bucket `slot`.
    pub(crate) fn of(&self, slot: u32) -> SlotKey {
        let mut key = self.first;
        let slot = u64::from(slot);
        let [.., high, middle, low] = &mut key;
        *high = digit(slot >> (2 * DIGIT_BITS));
        *middle = digit(slot >> DIGIT_BITS);
        *low = digit(slot);
        SlotKey(key)
    }

    /// Under which name it is kept how many buckets there are.
    pub(crate) fn marker(&self) -> String {
        let stem = self.first.get(..STEM_BYTES).unwrap_or_default();
        format!("{}#", String::from_utf8_lossy(stem))
    }
}

impl SlotKey {
    /// The name. There are only ASCII characters in it, so it is never the empty one, under which nothing
    /// lies.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The digit for the lowest bits of `number`.
fn digit(number: u64) -> u8 {
    let at = usize::try_from(number & 63).unwrap_or_default();
    DIGITS.get(at).copied().unwrap_or(b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_need_no_allocation_of_their_own() {
        let keys = SlotKeys::new(u64::MAX);
        assert_eq!(keys.of(1).as_str(), "ww/l/__________P/AAB");
        assert_eq!(keys.marker(), "ww/l/__________P/#");
        assert!(keys.of(0).as_str().len() <= 22 && keys.marker().len() <= 22);
    }

    #[test]
    fn no_two_slots_and_no_two_limits_have_the_same_name() {
        let keys = [0, 1, 1 << 63, u64::MAX].map(SlotKeys::new);
        let slots = || (0..70_000).step_by(7);
        let names: HashSet<_> =
            keys.iter().flat_map(|keys| slots().map(|slot| keys.of(slot).as_str().to_owned())).collect();
        assert_eq!(names.len(), 4 * slots().count());
    }
}
