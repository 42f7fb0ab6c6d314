//! The index against an authorizer that looks at every policy.

use super::corpora::{Tally, gate_name};
use super::generate::{Dice, World};
use super::kinds::Kinds;
use super::said::Said;
use crate::engine::Store;
use crate::engine::policies::Policies;

/// Sets of policies, each with entities of its own, and requests for each.
const SETS: u64 = 5_000;
const REQUESTS: usize = 20;

#[test]
fn finds_what_a_look_at_every_policy_finds() {
    let world = World::new();
    let (mut tally, mut kinds) = (Tally::default(), Kinds::default());
    for seed in 0..SETS {
        let mut dice = Dice::new(seed);
        let (set, entities) = (world.policies(&mut dice), world.entities(&mut dice));
        let policies = Policies::new(set.clone()).unwrap();
        let store = Store::of(&entities);
        for _ in 0..REQUESTS {
            let request = world.request(&mut dice);
            let want = Said::by_cedar(&set, &request, &entities);
            let got = Said::by_engine(&policies, &request, &entities);
            assert_eq!(Said::by_store(&policies, &request, &store), got, "seed {seed}, {request}\n{set}");
            let fault = || format!("seed {seed}, {request}: {got:?}, not {want:?}\n{set}");
            tally.count((got != want).then(fault));
            kinds.count(&want.answer());
        }
    }
    tally.gate(&gate_name("authz.index_differential"), 100_000);
    kinds.check(5_000);
}
