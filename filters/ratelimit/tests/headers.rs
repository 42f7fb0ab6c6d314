//! Every header that goes out is read back by a parser of structured fields that is not ours.

#![cfg(not(target_family = "wasm"))]

#[cfg(test)]
#[expect(dead_code, reason = "the world has more in it than this file asks for")]
mod support;

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests {
    use contract::{MemoryStore, Verdict};
    use serde_json::{Map, Value, json};
    use sfv::{BareItem, Item, ListEntry, Parser};

    use crate::support::*;

    /// Answers that the gate wants at least.
    const WANTED: u32 = 200;

    /// One member of either header: a string with two integer parameters.
    struct Member {
        name: String,
        parameters: [(String, i64); 2],
    }

    fn members(field: &str) -> Option<Vec<Member>> {
        let list: sfv::List = Parser::new(field).parse().ok()?;
        list.into_iter().map(member).collect()
    }

    fn member(entry: ListEntry) -> Option<Member> {
        let ListEntry::Item(Item { bare_item: BareItem::String(name), params }) = entry else {
            return None;
        };
        let parameter =
            |(key, value): (sfv::Key, BareItem)| Some((String::from(key), i64::from(value.as_integer()?)));
        let parameters: Option<Vec<_>> = params.into_iter().map(parameter).collect();
        Some(Member { name: name.into(), parameters: parameters?.try_into().ok()? })
    }

    /// The policy names every limit of the route, with a positive quota and window.
    fn policy_is_right(policy: &[Member], names: &[String]) -> bool {
        let promises = |member: &Member| {
            let [(q, quota), (w, window)] = &member.parameters;
            q == "q" && *quota > 0 && w == "w" && *window > 0
        };
        policy.iter().map(|member| &member.name).eq(names) && policy.iter().all(promises)
    }

    /// The state names the first of the limits, which are all alike, with less left than the policy
    /// promises, and a time.
    fn state_is_right(state: &[Member], policy: &[Member]) -> bool {
        let ([member], [promised, ..]) = (state, policy) else { return false };
        let [(r, remaining), (t, seconds)] = &member.parameters;
        let [(_, quota), _] = &promised.parameters;
        let keeps = r == "r" && (0..*quota).contains(remaining) && t == "t" && *seconds > 0;
        keeps && member.name == promised.name
    }

    fn is_right(verdict: &Verdict, names: &[String]) -> bool {
        let headers = headers(verdict);
        let [("ratelimit-policy", policy), ("ratelimit", state)] = headers.as_slice() else { return false };
        let (Some(policy), Some(state)) = (members(policy), members(state)) else { return false };
        policy_is_right(&policy, names) && state_is_right(&state, &policy)
    }

    /// Four answers of a stage with `count` limits like `limit`, and how many of them are right.
    fn ask(limit: &Value, count: usize) -> [bool; 4] {
        let name = |at: usize| format!("limit-{at}-{}", "x".repeat(at * 10));
        let names: Vec<_> = (0..count).map(name).collect();
        let limits: Map<_, _> = names.iter().map(|name| (name.clone(), limit.clone())).collect();
        let named: Vec<_> = names.iter().map(String::as_str).collect();
        let routes = [route("orders", &named)];
        let store = MemoryStore::default();
        let stage = stage(&json!({"slots": 64, "limits": limits}), &routes, &store);
        [0, 300, 600, SECOND].map(|later| {
            let call = Call { now: NOW + later, ..Call::default() };
            is_right(&call.ask(&*stage, &routes, &store), &names)
        })
    }

    #[test]
    fn all_headers_parse_and_keep_what_they_promise() {
        let mut answers = Vec::new();
        for (requests, per_seconds) in [(1, 1), (3, 7), (1_000_000, 1), (1, 86_400), (50, 3_600)] {
            for burst in [1, 2, 7, 30] {
                let limit = json!({
                    "requests": requests, "per_seconds": per_seconds, "burst": burst, "key": ["subject"],
                });
                answers.extend((1..=4).flat_map(|count| ask(&limit, count)));
            }
        }
        let all = u32::try_from(answers.len()).unwrap();
        let right = u32::try_from(answers.iter().filter(|right| **right).count()).unwrap();
        let outcome = if right == all && all >= WANTED { "ok" } else { "short" };
        println!("gate limit.headers {right}/{all} {all}/{all} {outcome}");
        assert_eq!(outcome, "ok");
    }
}
