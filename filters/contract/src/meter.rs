//! Counting what happens, for metrics.

/// Counts events. The names come from the program and never from a request, so there are as many counters
/// as the program has.
pub trait Meter {
    /// Count one event: lower case, `.` between parts, `_` between words, such as `jwt.cache.hit`.
    fn count(&self, event: &'static str);

    /// Count as many of them. The number may be a client's, so a host counts them at once.
    fn count_all(&self, event: &'static str, events: usize) {
        (0..events).for_each(|_| self.count(event));
    }
}

/// Counts nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn count(&self, _event: &'static str) {}
}
