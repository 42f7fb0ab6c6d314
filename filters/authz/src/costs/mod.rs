//! What the stage costs, beside Cedar's public interface, and what it costs to take in many policies.
//!
//! Ignored by default, because it measures time: `scripts/bench authz` runs it, in the engine of the proxy.

mod intake;
mod plain;
mod shop;
mod stage;

use std::time::{Duration, Instant};

/// A cost is that of the fastest of many short batches: others share the machine.
const BATCHES: usize = 201;

/// What one call of each costs, measured in turns, so that a machine which slows down slows down both.
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn side_by_side(calls: u32, mut one: impl FnMut(), mut other: impl FnMut()) -> [Duration; 2] {
    let mut fastest = [Duration::MAX; 2];
    for _ in 0..BATCHES {
        for (fastest, run) in fastest.iter_mut().zip([&mut one as &mut dyn FnMut(), &mut other]) {
            let start = Instant::now();
            (0..calls).for_each(|_| run());
            *fastest = start.elapsed().div_f64(f64::from(calls)).min(*fastest);
        }
    }
    fastest
}

/// One line, in the form in which all gates are told; fails when it falls short.
fn gate(name: &str, got: f64, want: f64) {
    // The gate asks for the engine of the proxy.
    let name = if cfg!(target_family = "wasm") { name.to_owned() } else { format!("{name}_native") };
    let verdict = if got <= want { "ok" } else { "short" };
    println!("gate {name} {got:.2} <={want:.1} {verdict}");
    assert_eq!(verdict, "ok");
}
