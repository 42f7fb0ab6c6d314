//! What an engine answers, and what lies in the memory that the workers share: nothing passes that the engine has
//! not counted, and clients see nothing of an engine but what is listed.
//!
//! The input is a lease as it lies in the shared memory, and then the engine's answer.
use crate::world::{COST, LEASE_BYTES, LISTED, Limiter, MOST, number_in};
use contract::{Aside, Ask, Edit, Edits, UnixTime, Verdict};

/// The time of the seeds.
const NOW: UnixTime = UnixTime::from_seconds(2_000_000_000);

/// When the engine answers.
const LATER: UnixTime = UnixTime::from_nanos(NOW.nanos() + 5_000_000);

/// The answers that are one.
const OK: i32 = 1;
const OVER_LIMIT: i32 = 2;

/// The field of a question with what it asks for.
const HITS: u64 = 3;

/// See above.
pub fn property(data: &[u8]) {
    let Some((lease, answer)) = data.split_at_checked(LEASE_BYTES) else { return };
    let checking = Limiter::checking();
    match checking.ask(NOW) {
        Verdict::Ask(ask) => {
            assert_eq!(hear(&checking, *ask, answer), COST, "asked for more than the request")
        }
        other => panic!("not asked: {other:?}"),
    }
    let leasing = Limiter::leasing(lease);
    let before = leasing.usable(NOW);
    match leasing.ask(NOW) {
        Verdict::Ask(ask) => drop(hear(&leasing, *ask, answer)),
        Verdict::Forward(forward) => {
            assert!(leasing.usable(NOW) + COST <= before, "passed, but was not paid for");
            assert_is_harmless(&forward.response);
            forward.asides.into_iter().for_each(|aside| hear_aside(&leasing, aside, answer));
        }
        Verdict::Refuse(refusal) => assert_eq!(refusal.reason, "limit_reached"),
        other => panic!("neither asked nor decided: {other:?}"),
    }
}

/// Answer a question, and the one that may follow. What was asked for.
fn hear(limiter: &Limiter, Ask { call, then }: Ask, answer: &[u8]) -> u64 {
    let hits = number_in(&call.message, HITS).expect("a question");
    assert!((COST..=COST + MOST).contains(&hits), "asked for {hits}");
    let before = limiter.usable(LATER);
    let verdict = limiter.tell(then, Ok(answer), LATER);
    let after = limiter.usable(LATER);
    match verdict {
        Verdict::Forward(forward) => {
            assert_eq!(code(answer), Some(OK), "passed, but the engine has not said so");
            assert!(after <= before + hits - COST, "{after} of {before}, with {hits} asked for");
            assert!(forward.asides.is_empty(), "asked twice for one request");
            assert_is_harmless(&forward.response);
        }
        Verdict::Refuse(refusal) => {
            let is_over = refusal.reason == "limit_reached";
            assert!(is_over || refusal.reason == "engine_garbage", "{refusal:?}");
            assert!(!is_over || code(answer) == Some(OVER_LIMIT), "refused, but the engine has not");
            assert!(after <= before, "{after} of {before} after a refusal");
            assert_is_harmless(&refusal.headers);
        }
        Verdict::Ask(again) => {
            assert!(code(answer) == Some(OVER_LIMIT) && hits > COST, "asked again for nothing");
            assert!(after <= before, "{after} of {before} after a refusal");
            assert_eq!(hear(limiter, *again, answer), COST, "asked for more than the request again");
        }
        other => panic!("neither asked nor decided: {other:?}"),
    }
    hits
}

fn hear_aside(limiter: &Limiter, aside: Aside, answer: &[u8]) {
    let hits = number_in(&aside.call.message, HITS).expect("a question");
    assert!((1..=MOST).contains(&hits), "asked ahead for {hits}");
    let before = limiter.usable(LATER);
    limiter.tell_aside(aside, Ok(answer), LATER);
    let granted = if code(answer) == Some(OK) { hits } else { 0 };
    let after = limiter.usable(LATER);
    assert!(after <= before + granted, "{after} of {before}, with {granted} granted");
}

/// What the engine has decided.
fn code(answer: &[u8]) -> Option<i32> {
    number_in(answer, 1).map(|code| code as i32)
}

/// Whether clients see nothing but our own fields and the one that is listed, each in one piece.
fn assert_is_harmless(edits: &Edits) {
    for edit in edits.iter() {
        let (name, value) = match edit {
            Edit::Set(name, value) | Edit::Append(name, value) => (name.as_str(), value.as_str()),
            Edit::Remove(name) => panic!("{name:?} is taken from the response"),
        };
        assert!([LISTED, "ratelimit", "ratelimit-policy"].contains(&name), "{name}: {value}");
        assert!(!value.contains(|character: char| character.is_control()), "{name}: {value:?}");
    }
}
