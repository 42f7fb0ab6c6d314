//! The gate `ship.oci`: every check of layouts, registries and signatures, each counted.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{layouts, registries, registry::World, signatures};

/// What is checked, as a sentence, and how: it panics where it does not hold.
pub(crate) type Check<T> = (&'static str, fn(&T));

/// Fewer would be another gate.
const LEAST: usize = 8;

#[test]
#[ignore = "needs a registry, skopeo and Python's cryptography: `scripts/test package` brings them"]
fn images_are_made_moved_signed_and_judged() {
    let world = World::start();
    let mut held = count(&layouts::CHECKS, &());
    held.extend(count(&registries::CHECKS, &world));
    held.extend(count(&signatures::CHECKS, &world));
    let (got, all) = (held.iter().filter(|held| **held).count(), held.len());
    let verdict = if got == all && all >= LEAST { "ok" } else { "short" };
    println!("\ngate ship.oci {got}/{all} {all}/{all} {verdict}");
    assert_eq!(verdict, "ok");
}

fn count<T>(checks: &[Check<T>], world: &T) -> Vec<bool> {
    let hold = |(name, check): &Check<T>| {
        let held = catch_unwind(AssertUnwindSafe(|| check(world))).is_ok();
        println!("{} {name}", if held { "ok    " } else { "FAILED" });
        held
    };
    checks.iter().map(hold).collect()
}
