//! The rates that the table's documentation states, measured with the hash and the geometry that decide.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]

use std::num::NonZeroU32;

use super::*;
use crate::bucket::WAYS;
use crate::fingerprint::Fingerprinter;
use contract::{Entropy, EntropyError, MemoryStore};

struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.iter_mut().zip(1..).for_each(|(byte, count)| *byte = count);
        Ok(())
    }
}

fn fingerprints(keys: u32) -> Vec<Fingerprint> {
    let fingerprinter = Fingerprinter::open(&MemoryStore::default(), &Fixed).unwrap();
    (0..keys).map(|key| fingerprinter.of(&key.to_le_bytes())).collect()
}

fn slots(count: u32) -> Slots {
    Slots::uncreated(NonZeroU32::new(count).unwrap())
}

/// How many of `keys`, all of them active, find no place among the others.
fn without_place(slots: &Slots, count: u32, keys: &[Fingerprint]) -> usize {
    let mut found = vec![0_usize; count as usize];
    keys.iter().for_each(|key| found[slots.number_of(*key) as usize] += 1);
    found.iter().map(|found| found.saturating_sub(WAYS)).sum()
}

/// How many of `keys` are taken for another one.
fn taken_for_another(slots: &Slots, keys: &[Fingerprint]) -> usize {
    let mut seen: Vec<_> = keys.iter().map(|key| (slots.number_of(*key), key.place)).collect();
    seen.sort_unstable();
    seen.dedup();
    keys.len() - seen.len()
}

#[test]
fn are_as_documented() {
    let million = fingerprints(1_000_000);
    for (count, keys, per_million) in [
        (4_096, 100_000, 386_000..=388_000),
        (16_384, 100_000, 100..=300),
        (16_384, 1_000_000, 753_000..=756_000),
        (45_000, 1_000_000, 328_000..=330_000),
    ] {
        let slots = slots(count);
        let keys = &million[..keys];
        let share = without_place(&slots, count, keys) as u64 * 1_000_000 / keys.len() as u64;
        println!("{count} slots, {} keys: {share} in a million without a place", keys.len());
        assert!(per_million.contains(&share), "{count} slots, {} keys: {share}", keys.len());
        assert_eq!(taken_for_another(&slots, keys), 0);
    }
}
