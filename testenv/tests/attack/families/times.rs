//! Times (RFC 7519 §2, §4.1.4-4.1.6): what is no number is no time (CVE-2026-25537), and the leeway of a
//! minute is exact.

use serde_json::{Value, json};

use crate::attack::{Attack, explained};
use crate::forge::Forge;

/// Beyond the leeway, and in good time before the test has sent everything.
const PAST_LEEWAY: i64 = 65;

/// Within the suite's own duration nothing comes to be that far ahead.
const HOUR: i64 = 3600;

const DIFFERENCES: [(&str, &str); 9] = [
    ("`exp`: 2^63", "sets no bound below 2^64"),
    ("`exp`: year 10000", "sets no bound below 2^64"),
    ("`exp`: milliseconds", "sets no bound below 2^64: such a token is good for ever"),
    ("`exp`: 20 seconds ago", "mints no token, and so can use the leeway to its end"),
    ("`iat`: 2^63", "does not compare `iat` with the clock"),
    ("`iat`: year 10000", "does not compare `iat` with the clock"),
    ("`iat`: in an hour", "does not compare `iat` with the clock"),
    ("`iat`: in 2.5 minutes", "does not compare `iat` with the clock"),
    ("`iat`: in a hundred years", "does not compare `iat` with the clock"),
];

/// Values that are no NumericDate.
fn malformed() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("text", "a number in quotes", json!("9999999999")),
        ("date", "RFC 3339", json!("2099-01-01T00:00:00Z")),
        ("word", "never", json!("never")),
        ("empty text", "nothing in quotes", json!("")),
        ("null", "null", json!(null)),
        ("true", "true", json!(true)),
        ("array", "a list of one", json!([9_999_999_999_i64])),
        ("object", "an object", json!({})),
        ("negative", "before 1970", json!(-1)),
        ("negative fraction", "before 1970", json!(-0.5)),
        ("1e30", "beyond any calendar", json!(1e30)),
        ("2^63", "the end of signed numbers", json!(9_223_372_036_854_775_808_u64)),
        ("2^64 - 1", "the end of all of them", json!(u64::MAX)),
        ("year 10000", "the first second that is not taken", json!(253_402_300_800_i64)),
    ]
}

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (claim, reason) in
        [("exp", "expiry_malformed"), ("nbf", "not_before_malformed"), ("iat", "issued_at_malformed")]
    {
        for (name, what, value) in malformed() {
            let token = forge.good().claim(claim, value).token();
            attacks.push(Attack::token(format!("`{claim}`: {name}"), what, &token, reason));
        }
    }
    let now = forge.now;
    let milliseconds = forge.good().claim("exp", (now + HOUR) * 1000).token();
    attacks.push(Attack::token(
        "`exp`: milliseconds",
        "fifty thousand years",
        &milliseconds,
        "expiry_malformed",
    ));
    for (name, what, exp) in [
        ("an hour ago", "is over", json!(now - HOUR)),
        ("65 seconds ago", "is over, just beyond the leeway", json!(now - PAST_LEEWAY)),
        ("65.5 seconds ago", "a fraction is no way around", json!((now - PAST_LEEWAY) as f64 - 0.5)),
        ("0", "1970", json!(0)),
        ("1", "1970", json!(1)),
    ] {
        let token = forge.good().claim("exp", exp).token();
        attacks.push(Attack::token(format!("`exp`: {name}"), what, &token, "expired"));
    }
    let never = forge.good().without("exp").token();
    attacks.push(Attack::token("`exp`: absent", "never ends", &never, "expiry_missing"));
    // Good within the leeway, but the edge mints no token that outlives the user's.
    let ending = forge.good().claim("exp", now - 20).token();
    let ending = Attack::token("`exp`: 20 seconds ago", "inside of the leeway", &ending, "credential_ends");
    attacks.push(ending.by_stage("identity"));
    for (claim, reason) in [("nbf", "not_yet_valid"), ("iat", "issued_in_future")] {
        for (name, seconds) in
            [("in an hour", HOUR), ("in 2.5 minutes", 150), ("in a hundred years", 876_000 * HOUR)]
        {
            let token = forge.good().claim(claim, now + seconds).claim("exp", now + 900_000 * HOUR).token();
            attacks.push(Attack::token(format!("`{claim}`: {name}"), "is yet to come", &token, reason));
        }
    }
    explained(attacks, &DIFFERENCES)
}
