//! Which limits count requests that no route knows, and limits that would count nothing.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use crate::support::*;
    use contract::{Authenticate, MemoryStore, Phase, Route};
    use serde_json::{Map, Value, json};

    /// The row for unknown requests, as each setting of `unknown_route` makes it.
    fn unknown(authenticate: Authenticate) -> Route {
        Route { authenticate, ..route(Route::UNKNOWN, &[]) }
    }

    fn section(names: &[&str]) -> Value {
        let limit = |name: &&str| {
            let key = if name.starts_with("user") { "subject" } else { "client_address" };
            let early = name.starts_with("early");
            let limit =
                json!({"requests": 1, "per_seconds": 1, "burst": 1, "key": [key], "before_auth": early});
            ((*name).to_owned(), limit)
        };
        json!({"slots": 16, "limits": names.iter().map(limit).collect::<Map<_, _>>()})
    }

    #[test]
    fn early_limits_stand_before_authentication_and_count_unknown_requests_too() {
        let store = MemoryStore::default();
        let unknown = open_route(Route::UNKNOWN, &[]);
        let routes = [route("orders", &["per-user", "per-address"]), unknown];
        let section = json!({"slots": 16, "limits": {
            "per-user": {"requests": 1, "per_seconds": 1, "burst": 5, "key": ["subject"]},
            "per-address":
                {"requests": 1, "per_seconds": 1, "burst": 2, "key": ["client_address"], "before_auth": true},
        }});
        let stages = compile(&section, &routes, &store).unwrap();
        let phases: Vec<_> = stages.iter().map(|stage| stage.phase()).collect();
        assert_eq!(phases, [Phase::EarlyLimit, Phase::Limit]);

        let anonymous = |route| Call { route, subject: None, ..Call::default() };
        let known = anonymous(0).ask(&*stages[0], &routes, &store);
        assert_eq!(
            headers(&known),
            [("ratelimit-policy", "\"per-address\";q=2;w=2"), ("ratelimit", "\"per-address\";r=1;t=1")]
        );
        assert_eq!(word(&anonymous(1).ask(&*stages[0], &routes, &store)), "forwarded");
        assert_eq!(word(&anonymous(1).ask(&*stages[0], &routes, &store)), "limit_reached");
        let refused = anonymous(0).ask(&*stages[0], &routes, &store);
        let policy = "\"per-user\";q=5;w=5, \"per-address\";q=2;w=2";
        assert_eq!((word(&refused), headers(&refused)[0]), ("limit_reached", ("ratelimit-policy", policy)));
        assert_eq!(word(&Call::default().ask(&*stages[1], &routes, &store)), "forwarded");
        assert_eq!(word(&anonymous(1).ask(&*stages[1], &routes, &store)), "forwarded");
    }

    #[test]
    fn unknown_requests_count_under_every_limit_that_can_count_them() {
        let names = ["address", "early", "user"];
        for (authenticate, counted) in
            [(Authenticate::None, ["address"].as_slice()), (Authenticate::Anybody, &["address", "user"])]
        {
            let store = MemoryStore::default();
            let routes = [route("orders", &names), unknown(authenticate.clone())];
            let stages = compile(&section(&names), &routes, &store).unwrap();
            let call = Call { route: 1, ..Call::default() };
            for (phase, stage, counted) in
                [(Phase::EarlyLimit, &stages[0], ["early"].as_slice()), (Phase::Limit, &stages[1], counted)]
            {
                assert_eq!(stage.phase(), phase);
                let first = call.ask(&**stage, &routes, &store);
                let policy: Vec<_> = counted.iter().map(|name| format!("\"{name}\";q=1;w=1")).collect();
                let state = format!("\"{}\";r=0;t=1", counted[0]);
                let wanted = [("ratelimit-policy", &*policy.join(", ")), ("ratelimit", &*state)];
                assert_eq!(headers(&first), wanted, "{authenticate:?}");
                assert_eq!(word(&call.ask(&**stage, &routes, &store)), "limit_reached");
            }
        }
    }

    #[test]
    fn no_more_limits_count_unknown_requests_than_a_route_may_name() {
        let names: Vec<_> = (0..9).map(|at| format!("user-{at}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let known = || [route("a", &names[..5]), route("b", &names[5..])];
        let ask = |authenticate| {
            let routes: Vec<_> = known().into_iter().chain([unknown(authenticate)]).collect();
            compile(&section(&names), &routes, &MemoryStore::default()).err()
        };
        assert!(ask(Authenticate::None).is_none(), "they cannot count there");
        let error = ask(Authenticate::Anybody).unwrap();
        assert_eq!(error.path(), "ratelimit.limits");
        assert!(error.message().starts_with("more than 8"), "{error}");
    }

    #[test]
    fn a_limit_that_is_meant_for_no_route_is_an_error() {
        for (name, authenticate, accepted) in [
            ("user", Authenticate::None, false),
            ("user", Authenticate::Anybody, true),
            ("address", Authenticate::None, false),
            ("address", Authenticate::Anybody, true),
            ("early", Authenticate::None, false),
            ("early", Authenticate::Anybody, false),
        ] {
            let asks = |named: &[&str]| {
                let routes = [route("orders", named), unknown(authenticate.clone())];
                compile(&section(&[name]), &routes, &MemoryStore::default()).err()
            };
            assert!(asks(&[name]).is_none(), "{name} {authenticate:?}");
            let error = asks(&[]);
            assert_eq!(error.is_none(), accepted, "{name} {authenticate:?}");
            if let Some(error) = error {
                let path = format!("ratelimit.limits.{name}");
                assert_eq!((error.path(), error.message()), (path.as_str(), "no route names it"));
            }
        }
    }
}
