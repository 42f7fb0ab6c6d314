//! Answers as engines give them, and as they must not.

use prost::Message;

use super::*;
use crate::global::message::Limit;

fn answer(overall_code: i32, statuses: Vec<DescriptorStatus>, headers: &[(&str, &str)]) -> Vec<u8> {
    let header = |(name, value): &(&str, &str)| Header {
        key: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
        raw_value: Vec::new(),
    };
    let response_headers_to_add = headers.iter().map(header).collect();
    RateLimitResponse { overall_code, statuses, response_headers_to_add }.encode_to_vec()
}

fn status(limit: Option<(u32, i32)>, remaining: u32, reset: Option<(i64, i32)>) -> DescriptorStatus {
    DescriptorStatus {
        current_limit: limit.map(|(requests_per_unit, unit)| Limit { requests_per_unit, unit }),
        limit_remaining: remaining,
        duration_until_reset: reset.map(|(seconds, nanos)| Span { seconds, nanos }),
    }
}

fn state(bytes: &[u8]) -> Option<EngineState> {
    Ruling::read(bytes).unwrap().state
}

#[test]
fn an_answer_is_a_yes_or_a_no_or_garbage() {
    assert!(!Ruling::read(&answer(1, vec![], &[])).unwrap().is_over);
    assert!(Ruling::read(&answer(2, vec![], &[])).unwrap().is_over);
    for code in [0, 3, -1, i32::MAX] {
        assert_eq!(Ruling::read(&answer(code, vec![], &[])), Err(Garbage), "{code}");
    }
    let good = answer(1, vec![status(Some((10, 2)), 3, Some((5, 0)))], &[]);
    for bad in [[].as_slice(), b"garbage", &good[..good.len() - 1], &[0xff; 40]] {
        assert_eq!(Ruling::read(bad), Err(Garbage), "{bad:?}");
    }
}

#[test]
fn statuses_say_how_the_limit_stands() {
    let bytes = answer(1, vec![status(Some((10, 2)), 3, Some((5, 0)))], &[]);
    let expected =
        EngineState { quota: 10, window_seconds: 60, remaining: 3, reset: Some(Reset::rounded(5)) };
    assert_eq!(state(&bytes), Some(expected));
    let bytes = answer(1, vec![status(Some((10, 5)), 3, None)], &[]);
    let expected = EngineState { window_seconds: 0, reset: None, ..expected };
    assert_eq!(state(&bytes), Some(expected), "a month has no fixed length");
    assert_eq!(
        state(&answer(1, vec![status(None, 7, None)], &[])),
        None,
        "it has no limit for this descriptor"
    );
}

#[test]
fn of_several_statuses_the_strictest_counts() {
    let statuses = |resets: [Option<(i64, i32)>; 3]| {
        let limits = [(10, 3), (100, 2), (5, 4)].into_iter().zip(resets);
        let statuses = limits.map(|((limit, left), reset)| status(Some((limit, 1)), left, reset));
        state(&answer(1, statuses.collect(), &[])).unwrap()
    };
    let strictest = statuses([Some((3, 0)), Some((3_600, 0)), Some((60, 0))]);
    let reset = Reset { at_least: Duration::from_secs(2), at_most: Duration::from_secs(3_601) };
    assert_eq!((strictest.quota, strictest.reset), (100, Some(reset)), "the first window to end");
    let unknown = statuses([None, Some((3_600, 0)), None]).reset.unwrap();
    assert_eq!((unknown.at_least, unknown.at_most), (Duration::ZERO, Duration::from_secs(3_601)));
}

#[test]
fn a_reset_in_whole_seconds_is_rounded_and_any_other_is_exact() {
    let reset = |span| state(&answer(1, vec![status(Some((1, 1)), 0, Some(span))], &[])).unwrap().reset;
    let seconds = Duration::from_secs;
    assert_eq!(reset((5, 0)), Some(Reset { at_least: seconds(4), at_most: seconds(6) }));
    assert_eq!(reset((0, 0)), Some(Reset { at_least: seconds(0), at_most: seconds(1) }));
    let exact = Duration::from_millis(5_250);
    assert_eq!(reset((5, 250_000_000)), Some(Reset { at_least: exact, at_most: exact }));
    for nonsense in [(-1, 0), (0, -1), (1, 1_000_000_000)] {
        assert_eq!(reset(nonsense), None, "{nonsense:?}");
    }
}

#[test]
fn headers_say_it_where_there_are_no_statuses() {
    let read = |limit, remaining, reset| {
        let headers = [
            ("X-RateLimit-Limit", limit),
            ("x-ratelimit-remaining", remaining),
            ("x-ratelimit-reset", reset),
        ];
        state(&answer(1, vec![], &headers))
    };
    let expected =
        EngineState { quota: 10, window_seconds: 60, remaining: 4, reset: Some(Reset::rounded(30)) };
    assert_eq!(read("10, 10;w=60", "4", "30"), Some(expected));
    assert_eq!(read("10, 10;w=60;name=\"a\"", "4", "30"), Some(expected));
    let several = read("10, 50;w=3600, 10;name=\"a\";w=60", "4", "30").unwrap();
    assert_eq!((several.window_seconds, several.reset), (60, Some(Reset::rounded(30).uncertain())));
    assert_eq!(read("10, 50;w=3600", "4", "30").unwrap().window_seconds, 0);
    assert_eq!(read("10", "4", "soon"), Some(EngineState { window_seconds: 0, reset: None, ..expected }));
    for (limit, remaining) in
        [("", "4"), ("ten", "4"), ("10", "-4"), ("10", ""), ("99999999999999999999", "1")]
    {
        assert_eq!(read(limit, remaining, "1"), None, "{limit} {remaining}");
    }
}

#[test]
fn a_header_that_is_no_text_spoils_nothing_else() {
    let header = Header { key: b"x-a".to_vec(), value: vec![0xff], raw_value: vec![] };
    let bytes =
        RateLimitResponse { overall_code: 1, statuses: vec![], response_headers_to_add: vec![header] };
    let ruling = Ruling::read(&bytes.encode_to_vec()).unwrap();
    assert_eq!(ruling.headers.first().unwrap().text(), None);
}

#[test]
fn numbers_that_clients_could_not_be_told_are_bounded() {
    let unlimited = i64::MAX.to_string();
    let headers = [
        ("x-ratelimit-limit", unlimited.as_str()),
        ("x-ratelimit-remaining", &unlimited),
        ("x-ratelimit-reset", "1732700000"),
    ];
    let expected =
        EngineState { quota: MAX_INTEGER, window_seconds: 0, remaining: MAX_INTEGER, reset: None };
    assert_eq!(state(&answer(1, vec![], &headers)), Some(expected));
    let date = status(Some((10, 2)), 3, Some((1_732_700_000, 0)));
    assert_eq!(state(&answer(1, vec![date], &[])).unwrap().reset, None);
    let month = status(Some((10, 5)), 3, Some((31 * 86_400, 0)));
    assert!(state(&answer(1, vec![month], &[])).unwrap().reset.is_some());
}
