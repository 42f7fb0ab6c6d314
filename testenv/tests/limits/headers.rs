//! What clients are told of their limits: every value parses, and nothing in them promises too much.

use std::thread;
use std::time::Duration;

use serde_json::{Map, Value, json};
use testenv::client::{Answer, Connection};
use testenv::gate;

use crate::keys;
use crate::proxy::{Proxy, configuration, route};
use crate::structured::{self, Corpus};

/// The gate, and the least number of values that it wants.
const GATE: &str = "limit.headers";
const LEAST: usize = 200;

/// The fields in which limits speak: lists.
const FIELDS: [&str; 2] = ["ratelimit-policy", "ratelimit"];

/// The older ones: numbers.
const LEGACY: [&str; 3] = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];

/// Requests for each route: more than any burst of them.
const REQUESTS: usize = 12;

/// Limits of many shapes: `(requests, per_seconds, burst)`.
const QUOTAS: [(u64, u64, u64); 6] =
    [(1, 1, 1), (3, 7, 2), (1_000_000, 1, 3), (1, 86_400, 5), (50, 3_600, 8), (1, 1_000, 10)];

/// A route for each number of limits from one to all of them, the last of which is in shadow mode.
fn many_shapes() -> Value {
    let mut limits = Map::new();
    for (at, (requests, per_seconds, burst)) in QUOTAS.into_iter().enumerate() {
        let mode = if at + 1 == QUOTAS.len() { "shadow" } else { "enforce" };
        limits.insert(
            format!("limit-{at}{}", "-x".repeat(at)),
            json!({
                "requests": requests, "per_seconds": per_seconds, "burst": burst, "mode": mode,
                "key": ["route", keys::part()],
            }),
        );
    }
    let names: Vec<&String> = limits.keys().collect();
    let routes: Vec<_> = (0..names.len())
        .flat_map(|from| [&names[from..], &names[from..=from]])
        .enumerate()
        .map(|(at, limits)| route(&format!("route-{at}"), &format!("/{at}"), limits))
        .collect();
    json!({ "routes": routes, "ratelimit": { "limits": limits } })
}

/// Both styles of headers, and requests that cost more than one by each way to say so.
fn costs_and_styles() -> Value {
    let limit = |cost: Value| json!({ "requests": 7, "per_seconds": 2, "burst": 20, "key": ["route", keys::part()], "cost": cost });
    json!({
        "routes": [
            route("fixed", "/fixed", &["fixed"]),
            route("header", "/header", &["by-header", "fixed"]),
            { "name": "own", "match": { "path": "/own" }, "authenticate": "none",
              "limits": ["fixed", { "name": "by-header", "cost": 9 }] },
        ],
        "ratelimit": { "headers": ["standard", "legacy"], "limits": {
            "fixed": limit(json!(3)),
            "by-header": limit(json!({ "header": "x-cost", "most": 5, "default": 4 })),
        } },
    })
}

fn ask(connection: &mut Connection, path: &str) -> Answer {
    let mut bytes = Vec::new();
    keys::request(1, &mut bytes);
    let rest = bytes.strip_prefix(b"GET / ").unwrap();
    connection.send(&[b"GET ", path.as_bytes(), b" ", rest].concat()).unwrap();
    connection.answer().unwrap()
}

/// What `sfv`, which is not ours, makes of a value: the number of members, each a string with parameters that
/// are integers.
fn members(value: &str) -> Option<usize> {
    let list: sfv::List = sfv::Parser::new(value).parse().ok()?;
    let is_right = |entry: &sfv::ListEntry| match entry {
        sfv::ListEntry::Item(item) => {
            item.bare_item.as_string().is_some()
                && !item.params.is_empty()
                && item.params.values().all(|value| value.as_integer().is_some())
        }
        sfv::ListEntry::InnerList(_) => false,
    };
    list.iter().all(is_right).then_some(list.len())
}

/// The integer `parameter` of each member of a value.
fn parameters(value: &str, parameter: &str) -> Vec<i64> {
    let list = structured::list(value.as_bytes()).unwrap();
    let of = |member: &Value| {
        let named = member[1].as_array()?.iter().find(|pair| pair[0] == parameter)?;
        named[1].as_i64()
    };
    list.as_array().unwrap().iter().filter_map(of).collect()
}

/// What is wrong with an answer to a request of at most this cost.
fn complaint(answer: &Answer, most_cost: i64) -> Option<String> {
    let told = |what: &str| Some(format!("{what}: {} {:?}", answer.status, answer.headers));
    let state = answer.header(FIELDS[1]);
    let remaining = state.map(|value| parameters(value, "r")).unwrap_or_default();
    let resets = state.map(|value| parameters(value, "t")).unwrap_or_default();
    let retry_after: Option<i64> = answer.header("retry-after").and_then(|value| value.parse().ok());
    match answer.status {
        200 if retry_after.is_some() => told("asks to come back, although it went through"),
        200 => None,
        429 => {
            // Of the limits, the one that refuses is told.
            let ([remaining], [reset]) = (remaining.as_slice(), resets.as_slice()) else {
                return told("not one limit");
            };
            if !(0..most_cost).contains(remaining) {
                return told("more is left than was asked for");
            }
            if retry_after.is_none_or(|seconds| seconds < *reset) {
                told("Retry-After before t")
            } else {
                None
            }
        }
        _ => told("another answer"),
    }
}

/// Ask for all routes of a configuration, and give what was answered.
fn answers(label: &str, configuration: &Value) -> Vec<Answer> {
    let proxy = Proxy::configured(label, configuration).unwrap_or_else(|error| panic!("{error}"));
    let mut connection = Connection::plain(proxy.address).unwrap();
    let routes = configuration["routes"].as_array().unwrap().iter();
    let paths = routes.map(|route| route["match"]["path"].as_str().unwrap());
    paths.flat_map(|path| (0..REQUESTS).map(|_| ask(&mut connection, path)).collect::<Vec<_>>()).collect()
}

/// Every field in which limits speak.
fn spoken(answers: &[Answer]) -> Vec<&(String, String)> {
    let headers = answers.iter().flat_map(|answer| &answer.headers);
    headers.filter(|(name, _)| FIELDS.contains(&name.as_str()) || LEGACY.contains(&name.as_str())).collect()
}

/// Whether both readers take a field for what it should be.
fn is_good((name, value): &(String, String)) -> bool {
    if LEGACY.contains(&name.as_str()) {
        let theirs = sfv::Parser::new(value).parse::<sfv::Item>().ok();
        let theirs = theirs.and_then(|item| item.bare_item.as_integer().map(i64::from));
        let ours = structured::item(value.as_bytes()).and_then(|item| item[0].as_i64());
        return ours.is_some_and(|number| number >= 0) && theirs == ours;
    }
    let ours = structured::list(value.as_bytes()).and_then(|list| list.as_array().map(Vec::len));
    ours.is_some_and(|members| members > 0) && members(value) == ours
}

/// Hold what was said against both readers.
fn check(answers: &[Answer]) {
    let count = |status| answers.iter().filter(|answer| answer.status == status).count();
    println!("{} answers with 200, {} with 429", count(200), count(429));
    assert!(count(200) > 0 && count(429) > 0, "both kinds of answer must be there");
    let spoken = spoken(answers);
    for name in FIELDS.iter().chain(&LEGACY) {
        assert!(spoken.iter().any(|(spoken, _)| spoken == name), "nothing was said in {name}");
    }
    let right = spoken.iter().filter(|field| is_good(field)).count();
    match Corpus::find() {
        Ok(corpus) => {
            println!("our reader has passed {} cases", corpus.check());
            assert!(gate::count(GATE, right, spoken.len(), LEAST));
        }
        Err(absent) => {
            println!("\ngate {GATE} - {LEAST}/{LEAST} absent: {absent}");
            assert!(right == spoken.len() && right >= LEAST, "{right} of {}", spoken.len());
        }
    }
}

#[test]
fn every_value_that_clients_are_told_is_a_structured_field() {
    let cases = [(many_shapes(), 1), (costs_and_styles(), 9)];
    let answers = cases.map(|(configuration, most_cost)| {
        let answers = answers("limits-headers", &configuration);
        let complaints: Vec<_> = answers.iter().filter_map(|answer| complaint(answer, most_cost)).collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
        answers
    });
    check(&answers.concat());
}

#[test]
fn who_comes_back_after_the_time_that_was_told_passes() {
    let limit = json!({ "requests": 2, "per_seconds": 3, "burst": 2, "key": [keys::part()] });
    let proxy = Proxy::configured("limits-retry", &configuration(&json!({ "slow": limit })))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut connection = Connection::plain(proxy.address).unwrap();
    for round in 0..3 {
        let refused = (0..3).map(|_| ask(&mut connection, "/")).find(|answer| answer.status == 429);
        let refused = refused.unwrap_or_else(|| panic!("round {round}: nothing was refused"));
        assert_eq!(complaint(&refused, 1), None);
        let seconds = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=2).contains(&seconds), "one comes back in 1.5 s");
        thread::sleep(Duration::from_secs(seconds));
        assert_eq!(ask(&mut connection, "/").status, 200, "round {round}");
    }
}
