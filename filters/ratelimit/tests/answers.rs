//! What clients are told, beside what a service tells them, and what is counted for operators.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use contract::{
        Answer, Conflict, Edit, Entry, MemoryStore, Route, Stage, Store, StoreError, Verdict, Version,
    };
    use serde_json::{Value, json};

    use crate::support::*;

    /// A limit of `burst` by subject, one back in `per_seconds`.
    fn limit(burst: u64, per_seconds: u64) -> Value {
        json!({"requests": 1, "per_seconds": per_seconds, "burst": burst, "key": ["subject"]})
    }

    fn edits(verdict: &Verdict) -> Vec<Edit> {
        match verdict {
            Verdict::Forward(forward) => forward.response.iter().cloned().collect(),
            Verdict::Refuse(refusal) => refusal.headers.iter().cloned().collect(),
            Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) => panic!("no verdict of this stage"),
        }
    }

    #[test]
    fn of_several_limits_the_one_with_least_left_in_proportion_is_told() {
        for (limits, state) in [
            (json!({"a": limit(10, 1), "b": limit(2, 1)}), "\"b\";r=1;t=1"),
            (json!({"a": limit(2, 1), "b": limit(10, 1)}), "\"a\";r=1;t=1"),
            (json!({"a": limit(2, 1), "b": limit(2, 60)}), "\"b\";r=1;t=60"),
            (json!({"a": limit(2, 60), "b": limit(2, 1)}), "\"a\";r=1;t=60"),
        ] {
            let store = MemoryStore::default();
            let routes = [route("orders", &["a", "b"])];
            let stage = stage(&json!({"slots": 16, "limits": limits}), &routes, &store);
            let verdict = Call::default().ask(&*stage, &routes, &store);
            assert_eq!(headers(&verdict)[1].1, state, "{limits}");
        }
    }

    #[test]
    fn what_a_service_says_of_its_own_limits_stays() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["a"])];
        let stage = stage(&json!({"slots": 16, "limits": {"a": limit(1, 1)}}), &routes, &store);
        for _ in 0..2 {
            let edits = edits(&Call::default().ask(&*stage, &routes, &store));
            assert!(edits.len() == 2 && edits.iter().all(|edit| matches!(edit, Edit::Append(_, _))));
        }
    }

    #[test]
    fn the_older_headers_are_numbers_and_an_option() {
        let standard = [("ratelimit-policy", "\"a\";q=3;w=30"), ("ratelimit", "\"a\";r=2;t=10")];
        let legacy =
            [("x-ratelimit-limit", "3"), ("x-ratelimit-remaining", "2"), ("x-ratelimit-reset", "10")];
        let both: Vec<_> = standard.into_iter().chain(legacy).collect();
        for (styles, wanted) in [
            (json!([]), [].as_slice()),
            (json!(["standard"]), &standard),
            (json!(["legacy"]), &legacy),
            (json!(["legacy", "standard"]), &both),
        ] {
            let store = MemoryStore::default();
            let routes = [route("orders", &["a"])];
            let section = json!({"slots": 16, "headers": styles, "limits": {"a": limit(3, 10)}});
            let stage = stage(&section, &routes, &store);
            assert_eq!(headers(&Call::default().ask(&*stage, &routes, &store)), wanted, "{styles}");
        }
    }

    #[test]
    fn a_client_is_never_told_to_come_back_too_early() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["slow", "fast"])];
        let limits = json!({"slow": limit(5, 60), "fast": limit(1, 1)});
        let stage = stage(&json!({"slots": 16, "limits": limits}), &routes, &store);
        let ask = |now| Call { now, ..Call::default() }.ask(&*stage, &routes, &store);
        assert_eq!(word(&ask(NOW)), "forwarded");
        for (later, t) in [(0, 1), (1, 1), (SECOND - 1, 1)] {
            let Verdict::Refuse(refusal) = ask(NOW + later) else { panic!("one in a second") };
            let answer = Answer::new(&refusal, "shop", None);
            let retry_after = answer.headers.iter().find(|(name, _)| name.as_str() == "retry-after");
            assert_eq!(retry_after.unwrap().1.as_str(), t.to_string());
            let body: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(body["violated-policies"], json!(["fast"]));
            let state = format!("\"fast\";r=0;t={t}");
            assert_eq!(headers(&refusal.into())[1].1, state);
        }
        assert_eq!(word(&ask(NOW + SECOND)), "forwarded");
    }

    /// What is counted when alice and nobody ask three times each.
    fn counted(limit: &Value, store: &dyn Store, when_contended: &str) -> Vec<(String, u64)> {
        let routes = [route("orders", &["a"])];
        let limits = json!({"a": limit});
        let section = json!({"slots": 1, "when_contended": when_contended, "limits": limits});
        let stage = stage(&section, &routes, store);
        let meter = Counts::default();
        for subject in [Some("alice"), None].into_iter().flat_map(|subject| [subject; 3]) {
            Call { subject, ..Call::default() }.ask_counted(&*stage, &routes, store, &meter);
        }
        meter.all()
    }

    fn limit_with(fields: &Value) -> Value {
        let mut limit = limit(2, 1);
        limit.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        limit
    }

    #[test]
    fn what_becomes_of_requests_is_counted_by_limit() {
        for (fields, wanted) in [
            (json!({}), [("limit.admitted a", 2), ("limit.limited a", 1)].as_slice()),
            (json!({"mode": "shadow"}), &[("limit.admitted a", 2), ("limit.shadow_limited a", 4)]),
            (
                json!({"when_missing": "skip"}),
                &[("limit.admitted a", 2), ("limit.limited a", 1), ("limit.skipped a", 3)],
            ),
            (json!({"when_missing": "shared"}), &[("limit.admitted a", 4), ("limit.limited a", 2)]),
        ] {
            let counted = counted(&limit_with(&fields), &MemoryStore::default(), "refuse");
            let counted: Vec<_> = counted.iter().map(|(name, count)| (name.as_str(), *count)).collect();
            assert_eq!(counted, wanted, "{fields}");
        }
    }

    /// A store in which somebody else writes before as many swaps as there are workers to do it.
    struct Busy {
        store: MemoryStore,
        others: std::cell::Cell<u32>,
    }

    impl Store for Busy {
        fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
            self.store.read(key)
        }

        fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
            match self.others.get() {
                more @ 1.. if expected != Version::ABSENT => {
                    self.others.set(more.saturating_sub(1));
                    Err(Conflict::Changed)
                }
                _ => self.store.swap(key, value, expected),
            }
        }
    }

    #[test]
    fn what_other_workers_cost_is_counted_by_limit() {
        for (others, wanted) in [
            (3, [("limit.admitted a", 2), ("limit.limited a", 1), ("limit.retries a", 3)].as_slice()),
            (u32::MAX, &[("limit.open a", 3), ("limit.retries a", 48)]),
        ] {
            let store = Busy { store: MemoryStore::default(), others: others.into() };
            let counted = counted(&limit(2, 1), &store, "allow");
            let counted: Vec<_> = counted.iter().map(|(name, count)| (name.as_str(), *count)).collect();
            assert_eq!(counted, wanted);
        }
    }

    #[test]
    fn keys_that_lose_their_place_are_counted_by_limit() {
        let store = MemoryStore::default();
        let routes: [Route; 1] = [route("orders", &["a"])];
        let stage: Box<dyn Stage> =
            stage(&json!({"slots": 1, "limits": {"a": limit(2, 1)}}), &routes, &store);
        let meter = Counts::default();
        for subject in FIFTEEN.into_iter().chain(["y", "z"]) {
            let call = Call { subject: Some(subject), ..Call::default() };
            call.ask_counted(&*stage, &routes, &store, &meter);
        }
        let wanted = [("limit.admitted a".to_owned(), 17), ("limit.forgotten a".to_owned(), 2)];
        assert_eq!(meter.all(), wanted);
    }
}
