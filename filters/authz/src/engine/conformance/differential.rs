//! The index against an authorizer that looks at every policy.

use super::corpora::{Tally, gate_name, say};
use super::generate::{Dice, World};
use super::said::Said;
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
        for _ in 0..REQUESTS {
            let request = world.request(&mut dice);
            let want = Said::by_cedar(&set, &request, &entities);
            let got = Said::by_engine(&policies, &request, &entities);
            let fault = || format!("seed {seed}, {request}: {got:?}, not {want:?}\n{set}");
            tally.count((got != want).then(fault));
            kinds.count(&want);
        }
    }
    say(&format!("{kinds:?}"));
    tally.gate(&gate_name("authz.index_differential"), 100_000);
    kinds.check();
}

/// How often Cedar said what: a generator that always gets the same answer proves little.
#[derive(Debug, Default)]
struct Kinds {
    permitted: usize,
    forbidden: usize,
    not_permitted: usize,
    with_errors: usize,
}

impl Kinds {
    fn count(&mut self, said: &Said) {
        let kind = match said {
            Said { allows: true, .. } => &mut self.permitted,
            Said { reasons, .. } if reasons.is_empty() => &mut self.not_permitted,
            Said { .. } => &mut self.forbidden,
        };
        *kind = kind.saturating_add(1);
        self.with_errors = self.with_errors.saturating_add(usize::from(!said.errors.is_empty()));
    }

    /// A tenth at least of each.
    fn check(&self) {
        let Self { permitted, forbidden, not_permitted, with_errors } = *self;
        for count in [permitted, forbidden, not_permitted, with_errors] {
            assert!(count >= 10_000, "{self:?}");
        }
    }
}
