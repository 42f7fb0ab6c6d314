//! What requests cost: by the limit, by the route, and as they say themselves.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use contract::{LimitUse, MemoryStore, Route};
    use serde_json::{Value, json};

    use crate::support::*;

    type Fields = &'static [(&'static str, &'static [u8])];

    /// A burst of ten, which comes back slower than any test asks.
    fn section(cost: Value) -> Value {
        json!({"slots": 16, "limits": {
            "only": {"requests": 10, "per_seconds": 3_600, "key": ["subject"], "cost": cost},
        }})
    }

    /// What is left of ten after `call`.
    fn left(section: &Value, routes: &[Route], call: &Call) -> String {
        let store = MemoryStore::default();
        let stage = stage(section, routes, &store);
        let verdict = call.ask(&*stage, routes, &store);
        assert_eq!(word(&verdict), "forwarded");
        let state = headers(&verdict)[1].1.strip_prefix("\"only\";r=").unwrap();
        state.split_once(';').unwrap().0.to_owned()
    }

    fn route_at(cost: u32) -> Route {
        let limits = vec![LimitUse { name: "only".into(), cost: NonZeroU32::new(cost) }];
        Route { limits, ..route("export", &[]) }
    }

    #[test]
    fn every_request_costs_what_the_limit_or_the_route_says() {
        let usual = [route("orders", &["only"])];
        assert_eq!(left(&section(json!(1)), &usual, &Call::default()), "9");
        assert_eq!(left(&section(json!(4)), &usual, &Call::default()), "6");
        assert_eq!(left(&section(json!(4)), &[route_at(7)], &Call::default()), "3");
        let told = json!({"header": "x-cost", "most": 5});
        let call = Call { head: &[("x-cost", b"2")], ..Call::default() };
        assert_eq!(left(&section(told), &[route_at(7)], &call), "3", "the route has the last word");
    }

    #[test]
    fn a_header_says_what_a_request_costs_and_nobody_gains_by_nonsense() {
        let section = section(json!({"header": "x-cost", "most": 5, "default": 2}));
        let routes = [route("orders", &["only"])];
        let said: [(Fields, &str); 14] = [
            (&[], "8"),
            (&[("x-cost", b"1")], "9"),
            (&[("X-Cost", b"3")], "7"),
            (&[("x-cost", b"0")], "9"),
            (&[("x-cost", b"5")], "5"),
            (&[("x-cost", b"6")], "5"),
            (&[("x-cost", b"99999999999999999999999")], "5"),
            (&[("x-cost", b"4294967297")], "5"),
            (&[("x-cost", b"-1")], "5"),
            (&[("x-cost", b"1.0")], "5"),
            (&[("x-cost", b"")], "5"),
            (&[("x-cost", b"\xff")], "5"),
            (&[("x-cost", b"1, 1")], "5"),
            (&[("x-cost", b"1"), ("x-cost", b"1")], "5"),
        ];
        for (head, remaining) in said {
            let call = Call { head, ..Call::default() };
            assert_eq!(left(&section, &routes, &call), remaining, "{head:?}");
        }
    }

    #[test]
    fn a_claim_says_what_a_request_costs() {
        let section = section(json!({"claim": "weight", "most": 5}));
        let routes = [route("orders", &["only"])];
        for (claims, remaining) in [
            (json!({}), "9"),
            (json!({"weight": 3}), "7"),
            (json!({"weight": 0}), "9"),
            (json!({"weight": 6}), "5"),
            (json!({"weight": -1}), "5"),
            (json!({"weight": 1.5}), "5"),
            (json!({"weight": "1"}), "5"),
            (json!({"weight": [1]}), "5"),
            (json!({"weight": null}), "5"),
        ] {
            let call = Call { claims: claims.clone(), ..Call::default() };
            assert_eq!(left(&section, &routes, &call), remaining, "{claims}");
        }
    }

    #[test]
    fn a_dear_request_is_refused_where_a_cheap_one_passes() {
        let section = section(json!({"header": "x-cost", "most": 10}));
        let routes = [route("orders", &["only"])];
        let store = MemoryStore::default();
        let stage = stage(&section, &routes, &store);
        let ask = |head: Fields| Call { head, ..Call::default() }.ask(&*stage, &routes, &store);
        assert_eq!(word(&ask(&[("x-cost", b"8")])), "forwarded");
        let refused = ask(&[("x-cost", b"3")]);
        assert_eq!(word(&refused), "limit_reached");
        assert_eq!(headers(&refused)[1].1, "\"only\";r=2;t=360");
        assert_eq!(word(&ask(&[("x-cost", b"2")])), "forwarded");
    }

    #[test]
    fn a_route_whose_requests_could_never_pass_is_an_error() {
        let routes = [route("orders", &["only"]), route_at(11)];
        let error = compile(&section(json!(1)), &routes, &MemoryStore::default()).err().unwrap();
        assert_eq!(error.path(), "routes[1].limits[0].cost");
        assert_eq!(error.message(), "costs more than the burst of 10, so it would never pass");
    }
}
