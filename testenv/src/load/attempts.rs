//! Another try for a load that a busy machine has slowed down.

use std::io;

use super::Tally;

/// How often a load is tried before the machine is said to be too slow for it.
pub const ATTEMPTS: u32 = 5;

/// The first tally of a load at this rate or more, or the last that fell short of it, and whether it is the
/// former. `run` gets the number of the attempt; what one has counted, the next must not find.
///
/// # Errors
/// When a load breaks.
pub fn at_rate(least: f64, mut run: impl FnMut(u32) -> io::Result<Tally>) -> io::Result<(Tally, bool)> {
    for attempt in 1.. {
        let tally = run(attempt)?;
        let rate = tally.per_second();
        if rate >= least {
            println!("attempt {attempt}: {rate:.0} requests per second were offered");
            return Ok((tally, true));
        }
        println!("attempt {attempt}: {rate:.0} requests per second are fewer than the {least:.0} wanted");
        if attempt == ATTEMPTS {
            return Ok((tally, false));
        }
    }
    Err(io::Error::other("no attempt was made"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn tries_as_often_as_it_says_and_no_more() {
        let mut attempts = Vec::new();
        let idle = |attempt| {
            attempts.push(attempt);
            let mut tally = Tally::new(Instant::now(), 1);
            tally.note(0, 200, Instant::now() + std::time::Duration::from_secs(1));
            Ok(tally)
        };
        let (tally, reached) = at_rate(2.0, idle).unwrap();
        assert!(!reached && tally.all() == 1);
        assert_eq!(attempts, [1, 2, 3, 4, 5]);
    }
}
