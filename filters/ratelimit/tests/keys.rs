//! Who is counted together and who is not, and what becomes of those who cannot be named.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use contract::{Cause, CredentialKind, Duration, MemoryStore, Verdict};
    use serde_json::{Value, json};

    use crate::support::*;

    type Fields = &'static [(&'static str, &'static [u8])];

    const SET: &str = "urn:watchword:api-keys:partners";

    fn with(head: Fields) -> Call {
        Call { head, ..Call::default() }
    }

    fn api_key(issuer: &'static str, id: &str) -> Call {
        Call { kind: CredentialKind::ApiKey, issuer, claims: json!({"api_key_id": id}), ..Call::default() }
    }

    fn with_claim(value: Value) -> Call {
        Call { claims: json!({"tenant": value}), ..Call::default() }
    }

    /// Whether the two are counted together under a key of `part`.
    fn are_one(part: &Value, first: &Call, second: &Call) -> bool {
        let store = MemoryStore::default();
        let routes = [route("orders", &["only"]), route("payments", &["only"])];
        let stage = stage(&one_limit("only", 1, json!([part])), &routes, &store);
        assert_eq!(word(&first.ask(&*stage, &routes, &store)), "forwarded", "{part}");
        match word(&second.ask(&*stage, &routes, &store)) {
            "forwarded" => false,
            "limit_reached" => true,
            other => panic!("{part}: {other}"),
        }
    }

    #[test]
    fn counts_by_who_is_proven_to_ask() {
        let alice = Call::default();
        let bob = Call { subject: Some("bob"), ..Call::default() };
        let namesake = Call { issuer: "https://other.test", ..Call::default() };
        let from = |workload| Call { workload: Some(workload), ..Call::default() };
        let orders = "spiffe://shop.test/orders";
        for (part, first, second, shared) in [
            (json!("subject"), alice.clone(), alice.clone(), true),
            (json!("subject"), alice.clone(), bob.clone(), false),
            (json!("subject"), alice.clone(), namesake.clone(), false),
            (json!("issuer"), alice.clone(), bob, true),
            (json!("issuer"), alice, namesake, false),
            (json!({"claim": "tenant"}), with_claim(json!("a")), with_claim(json!("a")), true),
            (json!({"claim": "tenant"}), with_claim(json!("a")), with_claim(json!("b")), false),
            (json!({"claim": "tenant"}), with_claim(json!(1)), with_claim(json!("1")), false),
            (json!("workload"), from(orders), from(orders), true),
            (json!("workload"), from(orders), from("spiffe://shop.test/payments"), false),
            (json!("api_key"), api_key(SET, "a"), api_key(SET, "a"), true),
            (json!("api_key"), api_key(SET, "a"), api_key(SET, "b"), false),
            (json!("api_key"), api_key(SET, "a"), api_key("urn:watchword:api-keys:staff", "a"), false),
        ] {
            assert_eq!(are_one(&part, &first, &second), shared, "{part}");
        }
    }

    #[test]
    fn counts_by_what_is_asked() {
        let other_route = Call { route: 1, ..Call::default() };
        let (get, post): (Fields, Fields) = (&[(":method", b"GET")], &[(":method", b"POST")]);
        let (gold, free): (Fields, Fields) = (&[("X-Plan", b"gold")], &[("x-plan", b"free")]);
        let constant = json!({"constant": {"name": "tier", "value": "gold"}});
        for (part, first, second, shared) in [
            (json!("subject"), Call::default(), other_route.clone(), true),
            (json!("route"), Call::default(), Call::default(), true),
            (json!("route"), Call::default(), other_route, false),
            (json!("method"), with(get), with(get), true),
            (json!("method"), with(get), with(post), false),
            (json!({"header": "X-Plan"}), with(gold), with(gold), true),
            (json!({"header": "x-plan"}), with(gold), with(free), false),
            (constant, with(gold), with(free), true),
        ] {
            assert_eq!(are_one(&part, &first, &second), shared, "{part}");
        }
    }

    #[test]
    fn counts_by_the_clients_address_where_it_can_be_believed() {
        let at = |address| Call { address: Some(address), ..Call::default() };
        let second = json!({"client_address": {"from_right": 2}});
        let wide = json!({"client_address": {"ipv6_prefix": 48}});
        let forged: Fields = &[("x-forwarded-for", b"1.2.3.4, 192.0.2.1, 10.0.0.1")];
        let plain: Fields = &[("x-forwarded-for", b"192.0.2.1"), ("x-forwarded-for", b"10.0.0.2")];
        let other: Fields = &[("x-forwarded-for", b"192.0.2.1, 192.0.2.9, 10.0.0.1")];
        for (part, first, second, shared) in [
            (json!("client_address"), at("192.0.2.1"), at("192.0.2.2"), false),
            (json!("client_address"), at("2001:db8::1"), at("2001:db8::2"), true),
            (json!("client_address"), at("2001:db8:0:1::1"), at("2001:db8:0:2::1"), false),
            (json!("client_address"), with(forged), with(other), true),
            (wide, at("2001:db8:0:1::1"), at("2001:db8:0:2::1"), true),
            (second.clone(), with(forged), with(plain), true),
            (second, with(forged), with(other), false),
        ] {
            assert_eq!(are_one(&part, &first, &second), shared, "{part}");
        }
    }

    /// Calls of which a part of the key is not known, with the part, its name, and what they come to.
    fn nameless() -> Vec<(Value, &'static str, Call, Cause)> {
        let nobody = || Call { subject: None, ..Call::default() };
        let nowhere = Call { address: None, ..Call::default() };
        let second = || json!({"client_address": {"from_right": 2}});
        let unavailable = Cause::Unavailable { retry_after: Duration::from_secs(1) };
        let no_api_key = Call { claims: json!({"api_key_id": "a"}), ..Call::default() };
        let twice: Fields = &[("x-plan", b"a"), ("x-plan", b"a")];
        let (tenant, plan) = (|| json!({"claim": "tenant"}), || json!({"header": "x-plan"}));
        vec![
            (json!("subject"), "subject", nobody(), Cause::CredentialMissing),
            (json!("issuer"), "issuer", nobody(), Cause::CredentialMissing),
            (json!("api_key"), "api_key", nobody(), Cause::CredentialMissing),
            (json!("api_key"), "api_key", no_api_key, Cause::CredentialInvalid),
            (tenant(), "claim:tenant", nobody(), Cause::CredentialMissing),
            (tenant(), "claim:tenant", Call::default(), Cause::CredentialInvalid),
            (tenant(), "claim:tenant", with_claim(json!(["a"])), Cause::CredentialInvalid),
            (tenant(), "claim:tenant", with_claim(json!("")), Cause::CredentialInvalid),
            (tenant(), "claim:tenant", with_claim(json!("x".repeat(1_025))), Cause::CredentialInvalid),
            (json!("workload"), "workload", Call::default(), Cause::CallerUntrusted),
            (json!("method"), "method", Call::default(), Cause::RequestMalformed),
            (plan(), "header:x-plan", Call::default(), Cause::RequestMalformed),
            (plan(), "header:x-plan", with(twice), Cause::RequestMalformed),
            (plan(), "header:x-plan", with(&[("x-plan", b"")]), Cause::RequestMalformed),
            (plan(), "header:x-plan", with(&[("x-plan", b"\xff")]), Cause::RequestMalformed),
            (json!("client_address"), "client_address", nowhere, unavailable),
            (second(), "client_address", Call::default(), Cause::RequestMalformed),
            (
                second(),
                "client_address",
                with(&[("x-forwarded-for", b"192.0.2.1")]),
                Cause::RequestMalformed,
            ),
            (
                second(),
                "client_address",
                with(&[("x-forwarded-for", b"a, 10.0.0.1")]),
                Cause::RequestMalformed,
            ),
        ]
    }

    fn ask_twice(when_missing: &Value, part: &Value, call: &Call) -> [Verdict; 2] {
        let store = MemoryStore::default();
        let routes = [route("orders", &["only"])];
        let mut section = one_limit("only", 1, json!(["route", part]));
        section["limits"]["only"]["when_missing"] = when_missing.clone();
        let stage = stage(&section, &routes, &store);
        [(); 2].map(|()| call.ask(&*stage, &routes, &store))
    }

    #[test]
    fn refuses_whom_it_cannot_name() {
        for (part, name, call, want) in nameless() {
            for verdict in ask_twice(&json!("refuse"), &part, &call) {
                let Verdict::Refuse(refusal) = verdict else { panic!("{part}: {verdict:?}") };
                assert_eq!((refusal.reason, refusal.cause), ("key_missing", want.clone()), "{part}");
                assert_eq!(refusal.evidence, ["only".to_owned(), format!("key:{name}")]);
                assert!(refusal.headers.is_empty());
            }
        }
    }

    #[test]
    fn or_does_not_count_them_and_says_so() {
        for (part, _, call, _) in nameless() {
            for verdict in ask_twice(&json!("skip"), &part, &call) {
                assert_eq!(
                    (word(&verdict), evidence(&verdict)),
                    ("forwarded", ["limit_skipped:only".to_owned()].as_slice())
                );
                assert!(headers(&verdict).is_empty(), "nothing is known of what remains");
            }
        }
    }

    #[test]
    fn or_counts_them_together() {
        for (part, _, call, _) in nameless() {
            let [first, second] = ask_twice(&json!("shared"), &part, &call);
            assert_eq!((word(&first), word(&second)), ("forwarded", "limit_reached"), "{part}");
        }
    }

    #[test]
    fn who_cannot_be_named_is_not_counted_with_anybody_who_can() {
        let store = MemoryStore::default();
        let routes = [open_route("orders", &["only"])];
        let mut section = one_limit("only", 1, json!(["subject"]));
        section["limits"]["only"]["when_missing"] = json!("shared");
        let stage = stage(&section, &routes, &store);
        for (subject, wanted) in
            [(None, "forwarded"), (Some("alice"), "forwarded"), (None, "limit_reached")]
        {
            let verdict = Call { subject, ..Call::default() }.ask(&*stage, &routes, &store);
            assert_eq!(word(&verdict), wanted);
        }
    }

    #[test]
    fn a_limit_that_would_skip_every_request_of_a_route_is_an_error() {
        let routes = [open_route("orders", &["only"])];
        let mut section = one_limit("only", 1, json!(["subject"]));
        section["limits"]["only"]["when_missing"] = json!("skip");
        let error = compile(&section, &routes, &MemoryStore::default()).err().unwrap();
        assert_eq!(error.path(), "routes[0].limits");
    }
}
