//! Several workers, one table: what they admit together is exact, not about right.

#![cfg(not(target_family = "wasm"))]

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use contract::{Conflict, Entry, Route, Store, StoreError, Version};
    use serde_json::{Value, json};

    use crate::support::*;

    const WORKERS: usize = 4;
    const BURST: u64 = 20;
    const SECONDS: u64 = 30;

    /// The memory of a proxy, with the host's rules: one lock, versions that count up, inserts
    /// unconditional.
    #[derive(Default)]
    struct Shared {
        entries: Mutex<HashMap<String, (Vec<u8>, u32)>>,
        lost_swaps: AtomicU64,
    }

    impl Store for Shared {
        fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
            let entries = self.entries.lock().unwrap();
            let entry = entries.get(key).map(|(value, version)| (value.clone(), *version));
            drop(entries);
            // Lets another worker in between read and swap, as often as the machine allows.
            thread::yield_now();
            Ok(entry.map(|(value, version)| Entry { value, version: Version(version) }))
        }

        fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
            let mut entries = self.entries.lock().unwrap();
            let current = entries.get(key).map_or(0, |(_, version)| *version);
            if current != 0 && expected != Version::ABSENT && expected.0 != current {
                self.lost_swaps.fetch_add(1, Ordering::Relaxed);
                return Err(Conflict::Changed);
            }
            entries.insert(key.to_owned(), (value.to_vec(), current + 1));
            Ok(())
        }
    }

    /// Ask as `subjects`, over and over at `now`, until each has been told that its limit is reached; how
    /// many passed. Where the store was contended the request was refused uncounted, and is tried again.
    fn hammer(
        section: &Value,
        routes: &[Route],
        subjects: &[&'static str],
        store: &Shared,
        now: u64,
    ) -> u64 {
        let stage = stage(section, routes, store);
        let mut passed = 0;
        let mut open: Vec<_> = subjects.to_vec();
        while !open.is_empty() {
            open.retain(|&subject| {
                let call = Call { now, subject: Some(subject), ..Call::default() };
                match word(&call.ask(&*stage, routes, store)) {
                    "forwarded" => {
                        passed += 1;
                        true
                    }
                    "store_contended" => true,
                    "limit_reached" => false,
                    other => panic!("{other}"),
                }
            });
        }
        passed
    }

    fn admitted_by_all(subjects: &[&'static str]) -> (u64, u64) {
        let store = Shared::default();
        let routes = [route("orders", &["per-user"])];
        let mut section = one_limit("per-user", BURST, json!(["subject"]));
        section["limits"]["per-user"]["requests"] = json!(10);
        section["slots"] = json!(1);
        // The main thread is first and alone, as in a proxy.
        stage(&section, &routes, &store);
        let mut admitted = 0;
        for second in 0..=SECONDS {
            admitted += thread::scope(|scope| {
                let work = || hammer(&section, &routes, subjects, &store, NOW + second * SECOND);
                let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
                workers.into_iter().map(|worker| worker.join().unwrap()).sum::<u64>()
            });
        }
        (admitted, store.lost_swaps.load(Ordering::Relaxed))
    }

    #[test]
    fn one_hot_key_admits_exactly_burst_plus_rate_times_duration() {
        let (admitted, lost_swaps) = admitted_by_all(&["alice"]);
        assert_eq!(admitted, BURST + 10 * SECONDS);
        assert!(lost_swaps > 0, "the workers never met, so the test has shown nothing");
    }

    #[test]
    fn keys_that_share_a_bucket_do_not_take_from_one_another() {
        let (admitted, _) = admitted_by_all(&FIFTEEN);
        assert_eq!(admitted, 15 * (BURST + 10 * SECONDS));
    }
}
