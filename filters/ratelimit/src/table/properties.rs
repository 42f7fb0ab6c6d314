//! What holds for every key whatever the other keys of its bucket do.

#![cfg(not(target_family = "wasm"))]
#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]

use std::num::NonZeroU32;

use super::*;
use crate::gcra::Gcra;
use contract::MemoryStore;
use proptest::prelude::*;

const SECOND: u64 = 1_000_000_000;
const NOW: u64 = 1_700_000_000 * SECOND;

/// Keys of one bucket, as many as it has places.
const KEYS: u64 = 15;

#[derive(Debug, Clone, Copy)]
struct Step {
    key: u64,
    later: u64,
    cost: u32,
}

prop_compose! {
    fn steps()(key in 1..=KEYS, later in 0_u64..SECOND, cost in 1_u32..=20) -> Step {
        Step { key, later, cost }
    }
}

/// When what was admitted, for each key.
fn admitted(gcra: &Gcra, steps: &[Step]) -> Vec<Vec<(u64, u64)>> {
    let store = MemoryStore::default();
    let table = Table::open(1, Count::Exactly(NonZeroU32::MIN), &store).unwrap();
    let mut now = NOW;
    let mut admitted = vec![Vec::new(); 16];
    for step in steps {
        now += step.later;
        let cost = NonZeroU32::new(step.cost).unwrap();
        let charge = Charge { gcra, cost, most: NonZeroU32::new(5).unwrap(), now };
        let decided = table.decide(&store, Fingerprint { slot: 0, place: step.key }, charge).outcome;
        let decision = decided.unwrap().unwrap().decision;
        if matches!(decision, Decision::Allowed { .. }) {
            admitted[usize::try_from(step.key).unwrap()].push((now, u64::from(step.cost)));
        }
    }
    admitted
}

proptest! {
    #[test]
    fn no_key_gets_more_than_burst_plus_rate_times_time(
        requests in 1_u64..=1_000,
        per_seconds in 1_u64..=60,
        burst in 1_u64..=50,
        steps in prop::collection::vec(steps(), 1..300),
    ) {
        let gcra = Gcra::new(requests, per_seconds, burst).unwrap();
        let interval = (per_seconds * SECOND).div_ceil(requests);
        for of_key in admitted(&gcra, &steps) {
            for (at, (start, _)) in of_key.iter().enumerate() {
                let mut sum = 0;
                for (end, cost) in &of_key[at..] {
                    sum += cost;
                    prop_assert!(sum <= burst + (end - start) / interval);
                }
            }
        }
    }

    #[test]
    fn what_one_key_gets_does_not_depend_on_the_others(
        burst in 1_u64..=20,
        steps in prop::collection::vec(steps(), 1..200),
        key in 1..=KEYS,
    ) {
        let gcra = Gcra::new(10, 1, burst).unwrap();
        let all = admitted(&gcra, &steps);
        let mut between = 0;
        let alone: Vec<_> = steps.iter().filter_map(|step| {
            between += step.later;
            (step.key == key).then(|| Step { later: std::mem::take(&mut between), ..*step })
        }).collect();
        let at = usize::try_from(key).unwrap();
        prop_assert_eq!(&admitted(&gcra, &alone)[at], &all[at]);
    }
}
