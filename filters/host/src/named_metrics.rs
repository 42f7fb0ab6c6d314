//! Metrics by what they count and of what, found without hashing: several are counted for each request.

use std::cmp::Ordering;

/// The numbers of metrics, in the order of their events' addresses and then of their names.
///
/// An event is a text of the program, so where it lies says which it is. The same text may lie in two places: its
/// metric is then defined twice, for which the proxy counts both ways as one.
#[derive(Debug, Default)]
pub(crate) struct NamedMetrics(Vec<NamedMetric>);

#[derive(Debug)]
struct NamedMetric {
    event: &'static str,
    of: Box<str>,
    id: u32,
}

impl NamedMetrics {
    /// The number of what is counted as `event` of what the configuration calls `of`, if it is known.
    pub(crate) fn find(&self, event: &'static str, of: &str) -> Option<u32> {
        let at = self.place(event, of).ok()?;
        self.0.get(at).map(|metric| metric.id)
    }

    /// Keep the number `id`.
    pub(crate) fn insert(&mut self, event: &'static str, of: &str, id: u32) {
        if let Err(at) = self.place(event, of) {
            self.0.insert(at, NamedMetric { event, of: of.into(), id });
        }
    }

    fn place(&self, event: &'static str, of: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|metric| metric.order(event, of))
    }
}

impl NamedMetric {
    fn order(&self, event: &'static str, of: &str) -> Ordering {
        let by_event = self.event.as_ptr().cmp(&event.as_ptr());
        // Of two events that begin at one address, one would be the beginning of the other.
        by_event.then(self.event.len().cmp(&event.len())).then_with(|| (*self.of).cmp(of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_kept_by_event_and_by_name() {
        let events = ["limit.limited", "limit.admitted"];
        let names = ["b", "", "a", "ab"];
        let all = || events.into_iter().flat_map(|event| names.map(|name| (event, name))).zip(1..);
        let mut metrics = NamedMetrics::default();
        for ((event, name), id) in all() {
            assert_eq!(metrics.find(event, name), None);
            metrics.insert(event, name, id);
        }
        for ((event, name), id) in all() {
            assert_eq!(metrics.find(event, name), Some(id), "{event} of {name}");
        }
    }

    #[test]
    fn an_event_that_begins_like_another_is_another() {
        let mut metrics = NamedMetrics::default();
        let whole = "limit.open";
        metrics.insert(whole, "a", 1);
        assert_eq!(metrics.find(whole.split_at(5).0, "a"), None);
    }
}
