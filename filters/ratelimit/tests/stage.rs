//! The stage as the pipeline sees it: who is counted, what the client is told, what is written to the log.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use crate::support::*;
    use contract::{
        Authenticate, Cause, Conflict, Duration, Entry, MemoryStore, Reached, Route, StageKind, Store,
        StoreError, Verdict, Version,
    };
    use ratelimit::Ratelimit;
    use serde_json::json;

    /// A store that can be read, and whose writes end in `0`.
    struct Unwritable(MemoryStore, Conflict);

    impl Store for Unwritable {
        fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
            self.0.read(key)
        }

        fn swap(&self, _: &str, _: &[u8], _: Version) -> Result<(), Conflict> {
            Err(self.1)
        }
    }

    fn reached(limit: &str, retry_after: Duration) -> Cause {
        Cause::LimitReached(Box::new(Reached { retry_after, violated: vec![limit.into()] }))
    }

    fn cause(verdict: &Verdict) -> Option<&Cause> {
        match verdict {
            Verdict::Refuse(refusal) => Some(&refusal.cause),
            Verdict::Forward(_) | Verdict::Ask(_) | Verdict::Wait(_) | Verdict::Answer(_) => None,
        }
    }

    #[test]
    fn refuses_with_the_name_of_the_limit_and_says_when_to_come_back() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["per-user"])];
        let stage = stage(&one_limit("per-user", 2, json!(["subject"])), &routes, &store);
        let ask = |now| Call { now, ..Call::default() }.ask(&*stage, &routes, &store);

        for state in ["\"per-user\";r=1;t=1", "\"per-user\";r=0;t=1"] {
            let verdict = ask(NOW);
            assert_eq!(word(&verdict), "forwarded");
            assert_eq!(
                headers(&verdict),
                [("ratelimit-policy", "\"per-user\";q=2;w=2"), ("ratelimit", state)]
            );
        }
        let refused = ask(NOW + SECOND / 4);
        assert_eq!(
            (word(&refused), evidence(&refused)),
            ("limit_reached", ["per-user".to_owned()].as_slice())
        );
        let retry_after = Duration::from_millis(750);
        assert_eq!(cause(&refused), Some(&reached("per-user", retry_after)));
        assert_eq!(headers(&refused)[1], ("ratelimit", "\"per-user\";r=0;t=1"));
        assert_eq!(word(&ask(NOW + SECOND)), "forwarded");
    }

    #[test]
    fn checks_the_limits_of_a_route_in_order_and_earlier_ones_have_counted() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["wide", "narrow"]), route("payments", &["wide"])];
        let section = json!({"slots": 16, "limits": {
            "wide": {"requests": 1, "per_seconds": 10, "burst": 3, "key": ["subject"]},
            "narrow": {"requests": 1, "per_seconds": 10, "burst": 1, "key": ["subject"]},
        }});
        let stage = stage(&section, &routes, &store);
        let ask = |route| Call { route, ..Call::default() }.ask(&*stage, &routes, &store);
        let state = |verdict: &Verdict| headers(verdict)[1].1.to_owned();

        assert_eq!(state(&ask(0)), "\"narrow\";r=0;t=10", "the strictest");
        let refused = ask(0);
        assert_eq!(evidence(&refused), ["narrow"]);
        assert_eq!(state(&refused), "\"narrow\";r=0;t=10");
        assert_eq!(headers(&refused)[0].1, "\"wide\";q=3;w=30, \"narrow\";q=1;w=10");
        assert_eq!(state(&ask(1)), "\"wide\";r=0;t=10");
    }

    #[test]
    fn a_limit_in_shadow_mode_counts_and_never_refuses() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["trial"])];
        let mut section = one_limit("trial", 1, json!(["subject"]));
        section["limits"]["trial"]["mode"] = json!("shadow");
        let stage = stage(&section, &routes, &store);
        let nobody = Call { subject: None, ..Call::default() };
        for (call, marks) in [(Call::default(), 0), (Call::default(), 1), (nobody, 1)] {
            let verdict = call.ask(&*stage, &routes, &store);
            assert_eq!(word(&verdict), "forwarded");
            assert_eq!(evidence(&verdict), &["shadow:trial".to_owned()][..marks]);
            assert!(headers(&verdict).is_empty(), "clients see nothing of it");
        }
    }

    #[test]
    fn what_happens_when_the_memory_cannot_be_changed_is_configured() {
        let routes = [route("orders", &["per-user"])];
        for (setting, conflict, word_wanted, evidence_wanted) in [
            (json!("refuse"), Conflict::Changed, "store_contended", "per-user"),
            (json!("refuse"), Conflict::Failed, "store_failed", "per-user"),
            (json!("allow"), Conflict::Changed, "forwarded", "limit_open:per-user"),
            (json!("allow"), Conflict::Failed, "forwarded", "limit_open:per-user"),
        ] {
            let store = MemoryStore::default();
            let mut section = one_limit("per-user", 1, json!(["subject"]));
            section["when_contended"] = setting;
            let stage = stage(&section, &routes, &store);
            let verdict = Call::default().ask(&*stage, &routes, &Unwritable(store, conflict));
            assert_eq!(
                (word(&verdict), evidence(&verdict)),
                (word_wanted, [evidence_wanted.to_owned()].as_slice())
            );
            assert!(headers(&verdict).is_empty(), "nothing is known of what remains");
        }
    }

    #[test]
    fn a_full_table_refuses_newcomers_even_where_contention_is_allowed() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["per-user"])];
        let mut section = one_limit("per-user", 1, json!(["subject"]));
        section["slots"] = json!(1);
        section["when_contended"] = json!("allow");
        let stage = stage(&section, &routes, &store);
        let ask =
            |subject| Call { subject: Some(subject), ..Call::default() }.ask(&*stage, &routes, &store);
        for subject in FIFTEEN {
            assert_eq!(word(&ask(subject)), "forwarded");
        }
        let newcomer = ask("z");
        assert_eq!(word(&newcomer), "slots_exhausted");
        let retry_after = Duration::from_secs(1);
        assert_eq!(cause(&newcomer), Some(&Cause::Unavailable { retry_after }));
        assert_eq!(word(&ask("a")), "limit_reached");
    }

    #[test]
    fn a_route_that_was_not_compiled_is_refused() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["per-user"]), route("later", &[])];
        let stage = stage(&one_limit("per-user", 1, json!(["subject"])), &routes[..1], &store);
        let verdict = Call { route: 1, ..Call::default() }.ask(&*stage, &routes, &store);
        assert_eq!(cause(&verdict), Some(&Cause::NotConfigured));
    }

    #[test]
    fn errors_of_a_route_name_the_route_and_the_limit() {
        let section = one_limit("per-user", 1, json!(["subject"]));
        let nine = ["per-user"; 9];
        for (second, message) in [
            (route("b", &["per-usr"]), "no limit is called `per-usr`"),
            (route("b", &["per-user", "per-user"]), "names `per-user` twice"),
            (open_route("b", &["per-user"]), "`per-user` counts by credential, and this route takes none"),
            (route("b", &nine), "names more than 8 limits"),
        ] {
            let routes = [route("a", &["per-user"]), second];
            let error = compile(&section, &routes, &MemoryStore::default()).err().unwrap();
            assert_eq!((error.path(), error.message()), ("routes[1].limits", message));
        }
        let optional = Route {
            authenticate: Authenticate::Optional(vec!["corp".into()]),
            ..route("a", &["per-user"])
        };
        assert!(compile(&section, &[optional], &MemoryStore::default()).is_ok(), "only known at run time");
    }

    #[test]
    fn without_memory_the_configuration_is_refused() {
        let store = Unwritable(MemoryStore::default(), Conflict::Failed);
        let section = one_limit("per-user", 1, json!(["subject"]));
        let error = compile(&section, &[route("a", &["per-user"])], &store).err().unwrap();
        assert_eq!(error.path(), "ratelimit");
    }

    #[test]
    fn a_route_asks_for_the_limiter_by_naming_limits() {
        assert_eq!(Ratelimit.asked_for_by(&route("a", &["per-user"])), Some("limits"));
        assert_eq!(Ratelimit.asked_for_by(&route("a", &[])), None);
    }
}
