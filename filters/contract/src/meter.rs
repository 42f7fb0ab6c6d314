//! Counting what happens and telling how things stand, for metrics.

/// Counts events and keeps gauges. The names come from the program and never from a request, so there are as
/// many counters and gauges as the program and its configuration have; none is the name of both.
pub trait Meter {
    /// Count one event: lower case, `.` between parts, `_` between words, such as `jwt.cache.hit`.
    fn count(&self, event: &'static str);

    /// Count as many of them. The number may be a client's, so a host counts them at once.
    fn count_all(&self, event: &'static str, events: usize) {
        (0..events).for_each(|_| self.count(event));
    }

    /// Count as many events of what the configuration calls `of`, such as a limit or a service. There are as many
    /// counters as the configuration has names. A meter without names for them forgets it.
    fn count_of(&self, _event: &'static str, _of: &str, _events: u64) {}

    /// Add a value to the distribution of what the configuration calls `of`; the name of `event` ends in its unit.
    /// A meter without distributions forgets it.
    fn observe(&self, _event: &'static str, _of: &str, _value: u64) {}

    /// Set a gauge, named like an event. There is one for all workers of a proxy, so what they may say of it
    /// is what is true of each; the last of them is believed. A meter without gauges forgets it.
    fn set(&self, _gauge: &'static str, _value: u64) {}
}

/// Counts nothing and keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn count(&self, _event: &'static str) {}
}
