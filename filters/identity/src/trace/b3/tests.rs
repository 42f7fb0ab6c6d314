use super::*;
use crate::testing::{World, head, removed, set};

const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
const SHORT: &str = "64fe8b2a57d3eff7";
const SPAN: &str = "e457b5a2e4d86bd1";
const PARENT: &str = "05e3ac9a4f6e3b90";

fn read(pairs: &[(&str, &str)]) -> Result<Option<String>, TraceError> {
    Ok(B3::read(&head(pairs))?.trace_id().map(|id| id.to_string()))
}

fn good() -> String {
    format!("0000000000000000{SHORT}")
}

#[test]
fn reads_both_forms() {
    let full = format!("{TRACE}-{SPAN}-1-{PARENT}");
    let short = format!("{SHORT}-{SPAN}");
    let (debug, with_state) = (format!("{TRACE}-{SPAN}-d"), format!("{TRACE}-{SPAN}-0"));
    for pairs in [
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)][..],
        &[("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN), ("X-B3-Sampled", "1")],
        &[("x-b3-traceid", SHORT), ("x-b3-spanid", SPAN), ("x-b3-parentspanid", PARENT)],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-flags", "1")],
        &[("b3", &full)],
        &[("b3", &short)],
        &[("b3", &debug)],
        &[("b3", &with_state)],
        &[("b3", &full), ("x-b3-traceid", TRACE), ("x-b3-spanid", PARENT)],
        &[("b3", "0"), ("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)],
    ] {
        assert_eq!(read(pairs), Ok(Some(good())), "{pairs:?}");
    }
}

#[test]
fn a_wish_about_sampling_alone_is_no_trace() {
    for pairs in
        [&[][..], &[("b3", "0")], &[("b3", "d")], &[("x-b3-sampled", "true")], &[("x-b3-flags", "1")]]
    {
        assert_eq!(read(pairs), Ok(None), "{pairs:?}");
    }
}

#[test]
fn ids_that_some_applications_take_for_one_are_one() {
    let other = format!("ffffffffffffffff{SHORT}");
    let ids = [TRACE, SHORT, &other].map(|id| read(&[("x-b3-traceid", id), ("x-b3-spanid", SPAN)]));
    assert!(ids.iter().all(|id| *id == Ok(Some(good()))), "{ids:?}");
}

#[test]
fn refuses_what_is_malformed() {
    let upper = TRACE.to_uppercase();
    let zeros = "0".repeat(32);
    let short_is_zero = format!("80f198ee56343ba8{}", "0".repeat(16));
    for value in [
        "",
        &upper,
        &zeros,
        &short_is_zero,
        "64fe8b2a57d3eff",
        &format!("{TRACE} "),
        TRACE.trim_start_matches("80"),
    ] {
        let pairs = [("x-b3-traceid", value), ("x-b3-spanid", SPAN)];
        assert_eq!(read(&pairs), Err(TraceError::B3Malformed), "{value:?}");
        let single = format!("{value}-{SPAN}");
        assert_eq!(read(&[("b3", &single)]), Err(TraceError::B3Malformed), "{single:?}");
    }
    for pairs in [
        &[("x-b3-traceid", TRACE)][..],
        &[("x-b3-spanid", SPAN)],
        &[("x-b3-parentspanid", PARENT)],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", TRACE)],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", "0000000000000000")],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-sampled", "yes")],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-flags", "2")],
        &[("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN), ("x-b3-parentspanid", "1")],
    ] {
        assert_eq!(read(pairs), Err(TraceError::B3Malformed), "{pairs:?}");
    }
    for rest in ["-", "-2", "-1-", "-1-1", &format!("-1-{PARENT}-"), &format!("-1-{PARENT}-1")] {
        let single = format!("{TRACE}-{SPAN}{rest}");
        assert_eq!(read(&[("b3", &single)]), Err(TraceError::B3Malformed), "{single:?}");
    }
}

#[test]
fn refuses_what_came_twice_or_contradicts_itself() {
    let single = format!("{TRACE}-{SPAN}");
    let other = format!("{PARENT}-{SPAN}");
    for name in ["b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"] {
        assert_eq!(read(&[(name, "1"), (name, "1")]), Err(TraceError::B3Duplicated), "{name}");
    }
    assert_eq!(read(&[("b3", &single), ("B3", &single)]), Err(TraceError::B3Duplicated));
    let pairs = [("b3", other.as_str()), ("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    assert_eq!(read(&pairs), Err(TraceError::B3Contradictory));
    // They agree in the half that counts, but an application may well read the other one.
    let longer = format!("{SHORT}-{SPAN}");
    let pairs = [("b3", longer.as_str()), ("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    assert_eq!(read(&pairs), Err(TraceError::B3Contradictory));
}

#[test]
fn writes_what_it_reads() {
    for sampled in [None, Some(true), Some(false)] {
        let mut edits = Edits::new();
        write_random(&mut edits, sampled, &World::default()).unwrap();
        let values = ["x-b3-traceid", "x-b3-spanid", "x-b3-sampled"].map(|name| (name, set(&edits, name)));
        let pairs: Vec<_> =
            values.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?))).collect();
        let written = B3::read(&head(&pairs)).unwrap();
        assert!(written.trace_id().is_some());
        assert_eq!(written.sampled, sampled);
        assert_eq!(pairs[0].1.len(), 32);
        assert!(
            ["b3", "x-b3-parentspanid", "x-b3-flags"]
                .iter()
                .all(|name| removed(&edits).contains(&(*name).to_owned()))
        );
    }
}

#[test]
fn without_randomness_nothing_is_written() {
    let mut edits = Edits::new();
    let world = World { entropy_fails: true, ..World::default() };
    assert_eq!(write_random(&mut edits, None, &world), Err(EntropyError));
    assert!(edits.is_empty());
}
