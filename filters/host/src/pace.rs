//! How often the root context is called.

use std::cell::Cell;

use contract::Duration;

use crate::abi::{self, Failed, Level};

/// Between ticks while nobody waits and nothing is worked on: only refreshes are looked at, and a tick costs
/// a few microseconds.
pub(crate) const IDLE: Duration = Duration::from_millis(50);

/// Between ticks while requests wait, or a stage has work left beside them. What another worker has fetched is
/// seen this much later at most, and a deadline is kept this closely. It is also what the requests have to
/// themselves between two slices of such work.
const PRESSED: Duration = Duration::from_millis(5);

/// The pace of one plugin's ticks: quick while something presses, slow otherwise.
#[derive(Default)]
pub(crate) struct Pace(Cell<bool>);

impl Pace {
    /// Requests wait or work is left, or neither is so any more.
    pub(crate) fn follow(&self, pressed: bool) {
        if self.0.replace(pressed) == pressed {
            return;
        }
        let period = if pressed { PRESSED } else { IDLE };
        if let Err(Failed(status)) = abi::set_tick(period) {
            // At the old pace they wait longer, and still not beyond their deadline and one tick.
            self.0.set(!pressed);
            abi::log(Level::Warn, &format!("watchword: pace of ticks not changed: status {status}"));
        }
    }
}
