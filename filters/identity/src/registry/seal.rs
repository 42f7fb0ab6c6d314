//! The seal of the slots: a MAC under a key that other plugins of the proxy do not have.
//!
//! The token in a slot is verified again by whoever reads it, so a forged one is worth nothing. A genuine
//! token under the trace of somebody else would be, and only the seal tells who put it there. SipHash-2-4
//! with 128 bits, because a slot is opened and closed several times per request: in a module it takes a tenth
//! of the time of HMAC with SHA-256, and nobody can try keys or tags elsewhere than in this proxy's memory.

use std::fmt;
use std::hash::Hasher as _;

use jose::Sharing;
use siphasher::sip128::{Hash128, Hasher128 as _, SipHasher24};

use super::slots::SlotNumber;

/// Bytes of a tag.
const TAG_BYTES: usize = 16;

/// Bytes of a public name of the key.
const NAME_BYTES: usize = 8;

/// Seals slots, each for its own place.
pub(super) struct SlotSeal {
    mac: SipHasher24,
    spread: SipHasher24,
    name: [u8; NAME_BYTES],
}

impl SlotSeal {
    /// The seal that the secret behind `sharing` makes.
    pub(super) fn new(sharing: &Sharing) -> Self {
        let hasher = |purpose| {
            let [key @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = sharing.derive(purpose);
            SipHasher24::new_with_key(&key)
        };
        let [a, b, c, d, e, f, g, h, ..] = sharing.derive("watchword.trace.name");
        Self {
            mac: hasher("watchword.trace.mac"),
            spread: hasher("watchword.trace.spread"),
            name: [a, b, c, d, e, f, g, h],
        }
    }

    /// Tells this key from others, and nothing else about it.
    pub(super) const fn name(&self) -> [u8; NAME_BYTES] {
        self.name
    }

    /// A number that follows from `bytes` and the key.
    pub(super) fn spread(&self, bytes: &[u8]) -> u16 {
        let [low, high, ..] = self.spread.hash(bytes).as_bytes();
        u16::from_le_bytes([low, high])
    }

    /// `payload` under a tag that holds in `slot` only.
    pub(super) fn close(&self, slot: SlotNumber, payload: &[u8]) -> Vec<u8> {
        [self.tag(slot, payload).as_bytes().as_slice(), payload].concat()
    }

    /// What [`Self::close`] was given.
    pub(super) fn open<'a>(&self, slot: SlotNumber, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (tag, payload) = sealed.split_at_checked(TAG_BYTES)?;
        let tag = u128::from_le_bytes(tag.try_into().ok()?);
        // Equality of `Hash128` takes the same time whatever differs.
        (self.tag(slot, payload) == Hash128::from(tag)).then_some(payload)
    }

    fn tag(&self, slot: SlotNumber, payload: &[u8]) -> Hash128 {
        let mut mac = self.mac;
        mac.write(&slot.0.to_be_bytes());
        mac.write(payload);
        mac.finish128()
    }
}

impl fmt::Debug for SlotSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlotSeal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &str) -> SlotSeal {
        SlotSeal::new(&Sharing::from_secret(secret).unwrap())
    }

    #[test]
    fn opens_what_it_closed_in_its_place_and_nothing_else() {
        let (ours, here) = (seal(&"a".repeat(32)), SlotNumber(7));
        for payload in [b"".as_slice(), b"payload", &[0; 4096]] {
            let closed = ours.close(here, payload);
            assert_eq!(closed.len(), payload.len() + TAG_BYTES);
            assert_eq!(ours.open(here, &closed), Some(payload));
            assert_eq!(ours.open(SlotNumber(8), &closed), None, "in another slot");
            assert_eq!(seal(&"b".repeat(32)).open(here, &closed), None, "under another key");
            assert_eq!(ours.open(here, &[&closed, b"x".as_slice()].concat()), None, "longer");
            for at in 0..closed.len().min(64) {
                let mut other = closed.clone();
                other[at] ^= 1;
                assert_eq!(ours.open(here, &other), None, "byte {at}");
                assert_eq!(ours.open(here, &closed[..at]), None, "cut at {at}");
            }
        }
    }

    #[test]
    fn a_slot_number_is_not_part_of_a_payload() {
        let ours = seal(&"a".repeat(32));
        let closed = ours.close(SlotNumber(0x0102), b"\x03rest");
        let (tag, _) = closed.split_at(TAG_BYTES);
        assert_eq!(ours.open(SlotNumber(0x0203), &[tag, b"rest"].concat()), None);
    }

    #[test]
    fn names_and_places_follow_from_the_key() {
        let [one, other] = ["a", "b"].map(|letter| seal(&letter.repeat(32)));
        assert_ne!(one.name(), other.name());
        let places = |seal: &SlotSeal| (0..64_u8).map(|byte| seal.spread(&[byte])).collect::<Vec<_>>();
        assert_eq!(places(&one), places(&seal(&"a".repeat(32))));
        assert_ne!(places(&one), places(&other));
        assert_eq!(format!("{one:?}"), "SlotSeal { .. }");
    }
}
