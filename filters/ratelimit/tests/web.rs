//! The same decisions in a browser's wasm: nothing here needs more of a host than its arguments.

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use contract::MemoryStore;
    use ratelimit::{Decision, Gcra};
    use serde_json::json;
    use wasm_bindgen_test::wasm_bindgen_test;

    use crate::support::*;

    #[wasm_bindgen_test(unsupported = test)]
    fn a_burst_is_admitted_and_no_more() {
        let gcra = Gcra::new(10, 1, 3).unwrap();
        let mut tat = None;
        let mut remains = Vec::new();
        while let Decision::Allowed { new_tat, remaining, .. } = gcra.decide(tat, NOW, NonZeroU32::MIN) {
            tat = Some(new_tat);
            remains.push(remaining);
        }
        assert_eq!(remains, [2, 1, 0]);
        assert_eq!(
            gcra.decide(tat, NOW, NonZeroU32::MIN),
            Decision::Limited { remaining: 0, retry_after: SECOND / 10 }
        );
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_stage_counts_refuses_and_says_so() {
        let store = MemoryStore::default();
        let routes = [route("orders", &["per-user"])];
        let stage = stage(&one_limit("per-user", 1, json!(["subject"])), &routes, &store);
        let ask =
            |subject| Call { subject: Some(subject), ..Call::default() }.ask(&*stage, &routes, &store);
        let answers = ["alice", "alice", "bob"].map(|subject| word(&ask(subject)));
        assert_eq!(answers, ["forwarded", "limit_reached", "forwarded"]);
        assert_eq!(headers(&ask("alice"))[1], ("ratelimit", "\"per-user\";r=0;t=1"));
    }

    #[wasm_bindgen_test(unsupported = test)]
    fn a_wrong_configuration_names_the_field() {
        let section = one_limit("per-user", 0, json!(["subject"]));
        let error = compile(&section, &[route("orders", &[])], &MemoryStore::default()).err().unwrap();
        assert_eq!(error.path(), "ratelimit.limits.per-user.burst");
    }
}
