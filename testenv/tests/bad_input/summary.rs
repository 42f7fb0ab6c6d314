//! The table at the end.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::row::Told;

#[derive(Default)]
struct Sum {
    rows: usize,
    right: usize,
    all: Duration,
    slowest: Duration,
}

/// Class, rows, how many are right, the slowest of them and all together.
pub fn print(ran: &[Told]) {
    let mut sums = BTreeMap::<&str, Sum>::new();
    for told in ran {
        let sum = sums.entry(told.class).or_default();
        sum.rows += 1;
        sum.right += usize::from(told.verdict.is_ok());
        sum.all += told.took;
        sum.slowest = sum.slowest.max(told.took);
    }
    println!("\n{:<24} {:>5} {:>6} {:>12} {:>9}", "class", "rows", "right", "slowest ms", "all s");
    for (class, sum) in &sums {
        let (slowest, all) = (sum.slowest.as_secs_f64() * 1e3, sum.all.as_secs_f64());
        println!("{class:<24} {:>5} {:>6} {slowest:>12.1} {all:>9.2}", sum.rows, sum.right);
    }
}
