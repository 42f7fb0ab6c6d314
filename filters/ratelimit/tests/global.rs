//! Limits that an engine decides, asked through the stage as a proxy asks it.

#![cfg(not(target_family = "wasm"))]

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use crate::support::engine::{Answer, Engine, Entry, Status};
    use crate::support::{Call, NOW, SECOND, evidence, headers, open_route, route, stage, word};
    use contract::{CallError, CredentialKind, MemoryStore, Stage, Verdict};
    use prost::Message;
    use serde_json::{Value, json};

    const MILLI: u64 = SECOND / 1_000;

    fn section(key: Value, global: Value) -> Value {
        json!({
            "services": {"quota": {
                "cluster": "quota-svc", "domain": "shop", "timeout_ms": 20,
                "breaker": {"failures": 3, "open_ms": 1000}, "response_headers": ["x-quota-hint"],
            }},
            "limits": {"per-tenant": {"key": key, "global": global}},
        })
    }

    fn checked(when_down: &str) -> Value {
        section(json!([{"claim": "tenant"}]), json!({"service": "quota", "when_down": when_down}))
    }

    fn leased() -> Value {
        section(json!(["subject"]), json!({"service": "quota", "mode": "lease"}))
    }

    fn acme() -> Call {
        Call { claims: json!({"tenant": "acme"}), ..Call::default() }
    }

    fn first(section: &Value, engine: &Engine, call: &Call) -> Verdict {
        let (routes, store) = ([route("orders", &["per-tenant"])], MemoryStore::default());
        engine.serve(call, &*stage(section, &routes, &store), &routes, &store)
    }

    #[test]
    fn asks_for_the_key_in_the_words_of_the_protocol() {
        let engine = Engine::answering(Answer::ok());
        let key = json!(["subject", {"claim": "tenant"}, "route", "method", "client_address",
            {"header": "x-plan"}, {"constant": {"name": "tier", "value": "gold"}}]);
        let mut section = section(key, json!({"service": "quota"}));
        section["limits"]["per-tenant"]["cost"] = json!(7);
        let head: &[(&str, &[u8])] = &[(":method", b"GET"), ("x-plan", b"free")];
        let call = Call { head, address: Some("2001:db8::1"), ..acme() };
        assert_eq!(word(&first(&section, &engine, &call)), "forwarded");
        let asked = engine.asked();
        assert_eq!(asked.len(), 1);
        let (call, request) = &asked[0];
        assert_eq!((&*call.cluster, call.timeout.as_millis()), ("quota-svc", 20));
        assert_eq!(
            (call.service, call.method),
            ("envoy.service.ratelimit.v3.RateLimitService", "ShouldRateLimit")
        );
        assert_eq!(
            (request.domain.as_str(), request.hits_addend, request.descriptors.len()),
            ("shop", 7, 1)
        );
        let entry = |key: &str, value: &str| Entry { key: key.into(), value: value.into() };
        let expected = [
            entry("issuer", "https://issuer.test"),
            entry("subject", "alice"),
            entry("tenant", "acme"),
            entry("route", "orders"),
            entry("method", "GET"),
            entry("client_address", "2001:db8::/64"),
            entry("x-plan", "free"),
            entry("tier", "gold"),
        ];
        assert_eq!(request.descriptors[0].entries, expected);
    }

    #[test]
    fn an_api_key_is_named_with_its_set() {
        let engine = Engine::answering(Answer::ok());
        let section = section(json!(["api_key"]), json!({"service": "quota"}));
        let claims = json!({"api_key_id": "partner1"});
        let call = Call { claims, kind: CredentialKind::ApiKey, issuer: "partners", ..Call::default() };
        assert_eq!(word(&first(&section, &engine, &call)), "forwarded");
        let entry = Entry { key: "api_key".into(), value: "partners/partner1".into() };
        assert_eq!(engine.asked()[0].1.descriptors[0].entries, [entry]);
    }

    #[test]
    fn the_engine_decides_and_its_state_is_told() {
        let state = Status::new(100, 2, 40, 5);
        let verdict = first(&checked("refuse"), &Engine::answering(Answer::ok().status(state)), &acme());
        assert_eq!(word(&verdict), "forwarded");
        let expected =
            [("ratelimit-policy", "\"per-tenant\";q=100;w=60"), ("ratelimit", "\"per-tenant\";r=40;t=6")];
        assert_eq!(headers(&verdict), expected);

        let over = Engine::answering(Answer::over().status(Status::new(100, 2, 0, 5)));
        let verdict = first(&checked("refuse"), &over, &acme());
        assert_eq!(word(&verdict), "limit_reached");
        let Verdict::Refuse(refusal) = &verdict else { panic!("{verdict:?}") };
        let contract::Cause::LimitReached(reached) = &refusal.cause else { panic!("{refusal:?}") };
        assert_eq!(
            (reached.retry_after.as_secs(), reached.violated.as_slice()),
            (6, &["per-tenant".to_owned()][..])
        );
        assert_eq!(headers(&verdict)[1], ("ratelimit", "\"per-tenant\";r=0;t=6"));
    }

    #[test]
    fn an_engine_that_says_nothing_of_its_limit_leaves_clients_as_wise() {
        let verdict = first(&checked("refuse"), &Engine::answering(Answer::ok()), &acme());
        assert_eq!((word(&verdict), headers(&verdict).len()), ("forwarded", 0));
        let verdict = first(&checked("refuse"), &Engine::answering(Answer::over()), &acme());
        assert_eq!((word(&verdict), headers(&verdict).len()), ("limit_reached", 0));
    }

    #[test]
    fn only_listed_headers_of_the_engine_pass_and_only_if_they_are_harmless() {
        let headers_of = |name: &str, value: &str| {
            let verdict =
                first(&checked("refuse"), &Engine::answering(Answer::ok().header(name, value)), &acme());
            let told = headers(&verdict);
            told.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
        };
        assert_eq!(headers_of("X-Quota-Hint", "slow down"), ["x-quota-hint: slow down"]);
        for (name, value) in [
            ("set-cookie", "a=b"),
            (":status", "200"),
            ("x-quota-hint", "a\r\nset-cookie: b"),
            ("x-quota-hint", "é"),
            ("x-quota-hint", &"x".repeat(1_025)),
        ] {
            assert!(headers_of(name, value).is_empty(), "{name}: {value}");
        }
    }

    #[test]
    fn what_becomes_of_a_request_when_the_engine_decides_nothing_is_written_in_the_configuration() {
        let failures = [
            (Err(CallError::Late), "engine_late"),
            (Err(CallError::NotStarted), "engine_failed"),
            (Err(CallError::Status(14)), "engine_failed"),
            (Err(CallError::TooLarge), "engine_garbage"),
            (Err(CallError::TooMany), "engine_too_many"),
            (Ok(b"garbage".to_vec()), "engine_garbage"),
            (Ok(Vec::new()), "engine_garbage"),
            (Ok(Answer::code(0).encode_to_vec()), "engine_garbage"),
            (Ok(Answer::code(9).encode_to_vec()), "engine_garbage"),
        ];
        for (outcome, reason) in failures {
            let engine = Engine::ending(outcome.clone());
            let refused = first(&checked("refuse"), &engine, &acme());
            assert_eq!(word(&refused), reason);
            let opened = first(&checked("allow"), &engine, &acme());
            assert_eq!(
                (word(&opened), evidence(&opened)),
                ("forwarded", &["limit_open:per-tenant".to_owned()][..])
            );
        }
    }

    #[test]
    fn a_limit_in_shadow_mode_asks_and_refuses_nobody() {
        let mut section = checked("refuse");
        section["limits"]["per-tenant"]["mode"] = json!("shadow");
        let over = Engine::answering(Answer::over().status(Status::new(100, 2, 0, 5)));
        let verdict = first(&section, &over, &acme());
        assert_eq!(
            (word(&verdict), evidence(&verdict)),
            ("forwarded", &["shadow:per-tenant".to_owned()][..])
        );
        assert!(headers(&verdict).is_empty());
        assert_eq!(over.asked().len(), 1);
    }

    #[test]
    fn a_missing_part_of_the_key_asks_nobody_unless_those_without_it_share() {
        let engine = Engine::answering(Answer::ok());
        let ask = |when_missing: &str| {
            let mut section = checked("refuse");
            section["limits"]["per-tenant"]["when_missing"] = json!(when_missing);
            word(&first(&section, &engine, &Call::default()))
        };
        assert_eq!((ask("refuse"), ask("skip"), engine.asked().len()), ("key_missing", "forwarded", 0));
        assert_eq!(ask("shared"), "forwarded");
        assert_eq!(engine.asked()[0].1.descriptors[0].entries[0].value, "");
    }

    #[test]
    fn after_failures_in_a_row_nobody_waits_until_one_request_has_tried_again() {
        let (routes, store) = ([route("orders", &["per-tenant"])], MemoryStore::default());
        let stage = stage(&checked("refuse"), &routes, &store);
        let engine = Engine::ending(Err(CallError::Late));
        let at =
            |now: u64| word(&engine.serve(&Call { now: NOW + now, ..acme() }, &*stage, &routes, &store));
        assert_eq!([0, 1, 2].map(|n| at(n * MILLI)), ["engine_late"; 3]);
        assert_eq!([3, 500, 999].map(|n| at(n * MILLI)), ["engine_broken_circuit"; 3]);
        assert_eq!(engine.asked().len(), 3);
        engine.answer(Answer::ok());
        assert_eq!([1_100, 1_101, 1_102].map(|n| at(n * MILLI)), ["forwarded"; 3]);
        assert_eq!(engine.asked().len(), 6);
    }

    #[test]
    fn limits_before_and_behind_a_question_count_once() {
        let mut section = checked("refuse");
        for name in ["before", "behind"] {
            section["limits"][name] =
                json!({"requests": 1, "per_seconds": 3600, "burst": 3, "key": ["subject"]});
        }
        let routes = [route("orders", &["before", "per-tenant", "behind"])];
        let store = MemoryStore::default();
        let stage = stage(&section, &routes, &store);
        let engine = Engine::answering(Answer::ok().status(Status::new(100, 2, 90, 5)));
        let verdicts: Vec<_> = (0..4).map(|_| engine.serve(&acme(), &*stage, &routes, &store)).collect();
        assert_eq!(
            verdicts.iter().map(word).collect::<Vec<_>>(),
            ["forwarded", "forwarded", "forwarded", "limit_reached"]
        );
        assert_eq!(evidence(&verdicts[3]), ["before"]);
        let told = headers(&verdicts[0]);
        let policies = [
            ("ratelimit-policy", "\"before\";q=3;w=10800, \"behind\";q=3;w=10800"),
            ("ratelimit-policy", "\"per-tenant\";q=100;w=60"),
        ];
        assert_eq!(told[..2], policies);
        assert_eq!(told[2].1, "\"before\";r=2;t=3600", "the strictest");
    }

    #[test]
    fn a_lease_is_spent_by_all_workers_of_a_proxy_and_asked_for_ahead() {
        let (routes, store) = ([route("orders", &["per-tenant"])], MemoryStore::default());
        let workers = [(); 2].map(|()| stage(&leased(), &routes, &store));
        let engine = Engine::counting(10_000, 3_600);
        for n in 0..1_000_u64 {
            let call = Call { now: NOW + n * MILLI, ..Call::default() };
            let worker: &dyn Stage = &*workers[usize::from(n % 2 == 0)];
            assert_eq!(word(&engine.serve(&call, worker, &routes, &store)), "forwarded");
        }
        let calls = engine.asked().len();
        assert!(calls <= 20, "{calls} calls for 1000 requests");
        let counted: u32 = engine.asked().iter().map(|(_, request)| request.hits_addend).sum();
        assert!((1_000..2_100).contains(&counted), "{counted}: what was spent, and a lease");
    }

    #[test]
    fn more_than_there_is_is_asked_for_once_more_for_the_request_alone() {
        let (routes, store) = ([route("orders", &["per-tenant"])], MemoryStore::default());
        let stage = stage(&leased(), &routes, &store);
        let engine = Engine::counting(100, 3_600);
        let serve = |n: u64| {
            word(&engine.serve(&Call { now: NOW + n * MILLI, ..Call::default() }, &*stage, &routes, &store))
        };
        let admitted = (0..50).filter(|n| serve(*n) == "forwarded").count();
        assert_eq!(admitted, 50);
        // Another proxy takes nearly all of the rest.
        engine.take_all_but(3);
        let before = engine.asked().len();
        let rest = (50..200).filter(|n| serve(*n) == "forwarded").count();
        let hits: Vec<_> =
            engine.asked()[before..].iter().map(|(_, request)| request.hits_addend).collect();
        assert!(hits.windows(2).any(|pair| pair[0] > 1 && pair[1] == 1), "{hits:?}");
        assert!(rest >= 3, "{rest}: what was left, and what was leased");
        assert_eq!(serve(201), "limit_reached");
    }

    #[test]
    fn an_engine_that_is_down_is_not_missed_while_a_lease_lasts() {
        let (routes, store) = ([route("orders", &["per-tenant"])], MemoryStore::default());
        let stage = stage(&leased(), &routes, &store);
        let engine = Engine::counting(100_000, 3_600);
        let serve = |n: u64| {
            word(&engine.serve(&Call { now: NOW + n * MILLI, ..Call::default() }, &*stage, &routes, &store))
        };
        assert!((0..500).all(|n| serve(n) == "forwarded"));
        engine.end(Err(CallError::Late));
        let more = (500..2_000).take_while(|n| serve(*n) == "forwarded").count();
        assert!(more >= 100, "{more}");
    }

    #[test]
    fn anonymous_requests_are_asked_about_where_the_key_allows() {
        let routes = [open_route("open", &["per-tenant"])];
        let store = MemoryStore::default();
        let section = section(json!(["client_address"]), json!({"service": "quota"}));
        let engine = Engine::answering(Answer::ok());
        let call = Call { subject: None, ..Call::default() };
        let verdict = engine.serve(&call, &*stage(&section, &routes, &store), &routes, &store);
        assert_eq!((word(&verdict), engine.asked().len()), ("forwarded", 1));
    }
}
