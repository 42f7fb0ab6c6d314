//! What one limit may do to another, one key to another, one listener to another: nothing that is not said.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use crate::support::*;
    use contract::{MemoryStore, Route, Stage, Store};
    use serde_json::{Value, json};

    /// Names of as many clients as a test needs; they live as long as the test binary.
    fn client(number: u32) -> &'static str {
        Box::leak(Ipv4Addr::from_bits(number).to_string().into_boxed_str())
    }

    /// Ask as a thousand clients; how many of them found no place in the table.
    fn exhaust(stage: &dyn Stage, routes: &[Route], store: &dyn Store) -> usize {
        let without_place = |number: &u32| {
            let call = Call { subject: None, address: Some(client(*number)), ..Call::default() };
            let verdict = call.ask(stage, routes, store);
            word(&verdict) == "slots_exhausted" || evidence(&verdict) == ["shadow:per-address"]
        };
        (0..1_000).filter(without_place).count()
    }

    #[test]
    fn clients_without_credentials_crowd_nobody_out_of_the_limits_behind() {
        for mode in ["enforce", "shadow"] {
            let store = MemoryStore::default();
            let routes = [route("orders", &["per-address", "per-user"])];
            let section = json!({"slots": 16, "limits": {
                "per-address": {"requests": 1, "per_seconds": 3_600, "key": ["client_address"],
                    "before_auth": true, "mode": mode},
                "per-user": {"requests": 1, "per_seconds": 1, "burst": 2, "key": ["subject"]},
            }});
            let stages = compile(&section, &routes, &store).unwrap();
            assert_eq!(exhaust(&*stages[0], &routes, &store), 1_000 - 8 * 15, "{mode}");
            for subject in ["alice", "bob", "alice"] {
                let call = Call { subject: Some(subject), ..Call::default() };
                let verdict = call.ask(&*stages[1], &routes, &store);
                assert_eq!((word(&verdict), evidence(&verdict)), ("forwarded", [].as_slice()), "{mode}");
            }
            let again = Call::default().ask(&*stages[1], &routes, &store);
            assert_eq!(word(&again), "limit_reached", "nobody has taken the place of alice");
        }
    }

    #[test]
    fn a_shadow_limit_refuses_neither_for_want_of_places_nor_of_memory() {
        let routes = [route("orders", &["trial"])];
        for (when_contended, without_memory) in [("refuse", "shadow:trial"), ("allow", "limit_open:trial")]
        {
            let store = MemoryStore::default();
            let mut section = one_limit("trial", 1, json!(["subject"]));
            section["slots"] = json!(1);
            section["when_contended"] = json!(when_contended);
            section["limits"]["trial"]["mode"] = json!("shadow");
            let stage = stage(&section, &routes, &store);
            let ask = |subject, store: &dyn Store| {
                let verdict =
                    Call { subject: Some(subject), ..Call::default() }.ask(&*stage, &routes, store);
                (word(&verdict), evidence(&verdict).to_vec())
            };
            for subject in FIFTEEN {
                assert_eq!(ask(subject, &store), ("forwarded", vec![]));
            }
            assert_eq!(ask("z", &store), ("forwarded", vec!["shadow:trial".to_owned()]));
            let gone = MemoryStore::default();
            assert_eq!(ask("a", &gone), ("forwarded", vec![without_memory.to_owned()]));
        }
    }

    #[test]
    fn a_key_that_is_forgotten_too_early_leaves_evidence() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["per-user"])];
        let mut section = one_limit("per-user", 2, json!(["subject"]));
        section["slots"] = json!(1);
        let stage = stage(&section, &routes, &store);
        let ask = |subject, now| {
            let call = Call { subject: Some(subject), now, ..Call::default() };
            let verdict = call.ask(&*stage, &routes, &store);
            (word(&verdict), evidence(&verdict).to_vec())
        };
        for subject in FIFTEEN {
            assert_eq!(ask(subject, NOW), ("forwarded", vec![]));
        }
        assert_eq!(ask("z", NOW), ("forwarded", vec!["limit_forgotten:per-user".to_owned()]));
        assert_eq!(ask("y", NOW + SECOND), ("forwarded", vec![]), "by then nothing is lost");
    }

    #[test]
    fn listeners_share_a_limit_of_one_definition_and_no_other() {
        let routes = [route("orders", &["only"])];
        for (fields, want) in [
            (json!({}), "limit_reached"),
            (json!({"before_auth": true}), "limit_reached"),
            (json!({"burst": 3}), "forwarded"),
            (json!({"requests": 2, "burst": 1}), "forwarded"),
            (json!({"key": ["client_address", "route"]}), "forwarded"),
        ] {
            let store = MemoryStore::default();
            let section = one_limit("only", 1, json!(["client_address"]));
            let mut other = section.clone();
            let members = fields.as_object().unwrap().clone();
            other["limits"]["only"].as_object_mut().unwrap().extend(members);
            let (first, second) = (stage(&section, &routes, &store), stage(&other, &routes, &store));
            assert_eq!(word(&Call::default().ask(&*first, &routes, &store)), "forwarded");
            let verdict = Call::default().ask(&*second, &routes, &store);
            assert_eq!(word(&verdict), want, "{fields}");
        }
    }

    #[test]
    fn more_limits_than_slots_are_refused() {
        let limit = json!({"requests": 1, "per_seconds": 1, "key": ["route"]});
        let section = |slots: Value| json!({"slots": slots, "limits": {"a": limit, "b": limit}});
        let routes = [route("orders", &["a", "b"])];
        assert!(compile(&section(json!(2)), &routes, &MemoryStore::default()).is_ok());
        let error = compile(&section(json!(1)), &routes, &MemoryStore::default()).err().unwrap();
        assert_eq!(error.path(), "ratelimit.slots");
    }
}
