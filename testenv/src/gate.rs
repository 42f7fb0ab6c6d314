//! Gates: numbers that a test counts and what they should be, one line each on standard output.

use std::fmt::Display;

/// A count whose whole set is known: `gate NAME GOT/ALL WANT ok|short`. At least `least` cases must exist.
///
/// Returns whether the gate holds.
pub fn count(name: &str, got: usize, all: usize, least: usize) -> bool {
    let want = all.max(least);
    line(name, format!("{got}/{all}"), format!("{want}/{want}"), got == all && all >= least)
}

/// A number with the bound it was held against.
pub fn line(name: &str, got: impl Display, want: impl Display, holds: bool) -> bool {
    // The test runner may have begun a line with the name of the test.
    println!("\ngate {name} {got} {want} {}", if holds { "ok" } else { "short" });
    holds
}

/// What could not be measured here, and why: `gate NAME - WANT absent: REASON`.
pub fn absent(name: &str, want: impl Display, reason: impl Display) {
    println!("\ngate {name} - {want} absent: {reason}");
}
