use super::*;

const START: UnixTime = UnixTime::from_seconds(1_000);

fn at(seconds: u64) -> UnixTime {
    START.plus(Duration::from_secs(seconds))
}

fn trace(number: u8) -> TraceId {
    TraceId::new([number.max(1); 16]).unwrap()
}

fn one(token: &'static str) -> Seen<'static> {
    Seen::One(Carried { token: token.as_bytes(), expires: at(300) })
}

fn token<'a>(set: &TraceSet<'a>, number: u8, now: UnixTime) -> Option<&'a [u8]> {
    set.carried(trace(number), now).map(|carried| carried.token).ok()
}

/// A set in which requests with these identities were opened under trace 1 at the start.
fn opened(seen: &[Seen<'static>]) -> TraceSet<'static> {
    let mut set = TraceSet::default();
    for seen in seen {
        set.open(trace(1), *seen, START).unwrap();
    }
    set
}

/// End one request of the entry that the trace has now.
fn close(set: &mut TraceSet<'_>, number: u8, now: UnixTime) {
    let generation = set.entry_mut(trace(number)).unwrap().generation;
    set.close(trace(number), generation, Grace::USUAL, now);
}

#[test]
fn a_token_is_carried_only_while_it_is_the_only_identity_under_its_trace() {
    for (seen, carried) in [
        (&[one("a")][..], Some(&b"a"[..])),
        (&[one("a"), one("a")], Some(b"a")),
        (&[Seen::Nobody], None),
        (&[Seen::Nobody, Seen::Nobody], None),
        (&[one("a"), one("b")], None),
        (&[one("a"), Seen::Nobody], None),
        (&[Seen::Nobody, one("a")], None),
        (&[one("a"), one("b"), one("a")], None),
        (&[Seen::Several, one("a")], None),
        (&[], None),
    ] {
        assert_eq!(token(&opened(seen), 1, START), carried, "{seen:?}");
    }
}

#[test]
fn a_token_of_one_trace_is_not_carried_under_another() {
    assert_eq!(token(&opened(&[one("a")]), 2, START), None);
}

#[test]
fn a_token_is_carried_until_the_grace_after_the_last_request_is_over() {
    let mut set = opened(&[one("a"), one("a")]);
    close(&mut set, 1, at(1));
    assert_eq!(token(&set, 1, at(200)), Some(&b"a"[..]), "one request is still open");
    close(&mut set, 1, at(200));
    assert_eq!(token(&set, 1, at(201)), Some(&b"a"[..]));
    assert_eq!(token(&set, 1, at(202)), None);
}

#[test]
fn a_token_is_not_carried_beyond_its_own_end() {
    let set = opened(&[one("a")]);
    assert_eq!(token(&set, 1, at(299)), Some(&b"a"[..]));
    assert_eq!(token(&set, 1, at(300)), None);
}

#[test]
fn an_identity_that_comes_within_the_grace_is_a_conflict() {
    let mut set = opened(&[one("a")]);
    close(&mut set, 1, at(10));
    set.open(trace(1), one("b"), at(11)).unwrap();
    assert_eq!(token(&set, 1, at(11)), None);
}

#[test]
fn a_trace_starts_anew_when_its_grace_is_over() {
    let mut set = opened(&[one("a")]);
    close(&mut set, 1, at(10));
    set.open(trace(1), one("b"), at(12)).unwrap();
    assert_eq!(token(&set, 1, at(12)), Some(&b"b"[..]));
}

#[test]
fn a_conflict_outlives_the_requests_that_made_it() {
    let mut set = opened(&[one("a"), Seen::Nobody]);
    close(&mut set, 1, at(1));
    close(&mut set, 1, at(10));
    set.open(trace(1), one("a"), at(69)).unwrap();
    assert_eq!(token(&set, 1, at(69)), None, "the mark was still there, and is renewed");
    close(&mut set, 1, at(70));
    set.open(trace(1), one("a"), at(130)).unwrap();
    assert_eq!(token(&set, 1, at(130)), Some(&b"a"[..]));
}

#[test]
fn a_conflict_is_not_forgotten_while_one_of_its_requests_is_open() {
    let mut set = opened(&[one("a"), Seen::Nobody]);
    close(&mut set, 1, at(1));
    set.open(trace(2), one("b"), at(359)).unwrap();
    let late = Carried { token: b"a", expires: at(600) };
    set.open(trace(1), Seen::One(late), at(359)).unwrap();
    assert_eq!(token(&set, 1, at(359)), None);
}

#[test]
fn a_request_whose_end_was_never_told_is_forgotten_at_last() {
    let mut set = opened(&[Seen::Nobody]);
    let late = Carried { token: b"a", expires: at(600) };
    set.open(trace(1), Seen::One(late), at(360)).unwrap();
    assert_eq!(token(&set, 1, at(360)), Some(&b"a"[..]));
}

#[test]
fn no_token_that_is_taken_outlives_an_open_request_that_is_forgotten() {
    // What `verify` allows at most: an `iat` that is ahead by the greatest leeway, and the longest life.
    let greatest_leeway = Duration::from_secs(crate::config::MAX_LEEWAY_SECONDS);
    assert!(OPEN_AT_MOST >= MAX_LIFETIME + greatest_leeway);
}

#[test]
fn a_late_end_does_not_end_the_request_that_took_the_trace_over() {
    let late = |token| Seen::One(Carried { token, expires: at(900) });
    let mut set = TraceSet::default();
    let first = set.open(trace(1), late(b"a"), START).unwrap().generation;
    let second = set.open(trace(1), late(b"b"), at(360)).unwrap().generation;
    assert_ne!(first, second);
    set.close(trace(1), first, Grace::USUAL, at(361));
    assert_eq!(token(&set, 1, at(500)), Some(&b"b"[..]), "it is open still");
    set.close(trace(1), second, Grace::USUAL, at(500));
    assert_eq!(token(&set, 1, at(502)), None);
}

#[test]
fn requests_that_are_open_together_are_of_one_generation() {
    let mut set = TraceSet::default();
    let generations = [one("a"), one("a")].map(|seen| set.open(trace(1), seen, START).unwrap().generation);
    assert_eq!(generations[0], generations[1]);
}

#[test]
fn an_end_without_a_beginning_changes_nothing() {
    let mut set = opened(&[one("a")]);
    let before = set.clone();
    set.close(trace(2), Generation::default(), Grace::USUAL, at(1));
    assert_eq!(set, before);
}

#[test]
fn a_full_set_gives_up_the_request_that_ended_first_and_no_other() {
    let mut set = TraceSet::default();
    let ways = u8::try_from(WAYS).unwrap();
    for number in 1..=ways {
        set.open(trace(number), one("a"), START).unwrap();
    }
    assert_eq!(set.open(trace(100), one("b"), at(1)), Err(SetFull), "all are open");

    close(&mut set, 3, at(1));
    close(&mut set, 2, at(2));
    set.open(trace(100), one("b"), at(2)).unwrap();
    assert_eq!((token(&set, 3, at(2)), token(&set, 2, at(2))), (None, Some(&b"a"[..])));
    assert_eq!(set.entries.len(), WAYS);
}

#[test]
fn no_pressure_makes_room_for_a_second_identity_of_an_open_request() {
    let mut set = opened(&[one("victim")]);
    for number in 2..=200 {
        if set.open(trace(number), Seen::Nobody, START).is_ok() {
            close(&mut set, number, START);
        }
    }
    set.open(trace(1), one("attacker"), START).unwrap();
    assert_eq!(token(&set, 1, START), None);
}

#[test]
fn no_pressure_makes_a_conflict_forgotten() {
    let mut set = opened(&[one("a"), one("b")]);
    close(&mut set, 1, START);
    close(&mut set, 1, START);
    for number in 2..=200 {
        set.open(trace(number), Seen::Nobody, at(1)).unwrap();
        close(&mut set, number, at(1));
    }
    set.open(trace(1), one("a"), at(2)).unwrap();
    assert_eq!(token(&set, 1, at(2)), None);
}

#[test]
fn says_why_nothing_is_carried() {
    let mut barred = TraceSet::barred(START);
    barred.open(trace(1), one("a"), START).unwrap();
    for (set, now, why) in [
        (opened(&[]), START, NotCarried::Unknown),
        (opened(&[Seen::Nobody]), START, NotCarried::Nobody),
        (opened(&[one("a"), one("b")]), START, NotCarried::Several),
        (opened(&[one("a")]), at(300), NotCarried::Expired),
        (opened(&[one("a")]), at(360), NotCarried::Unknown),
        (barred, START, NotCarried::Barred),
    ] {
        assert_eq!(set.carried(trace(1), now), Err(why));
    }
}

#[test]
fn only_the_request_that_makes_a_conflict_is_one() {
    let mut set = TraceSet::default();
    let mut conflict = |seen| set.open(trace(1), seen, START).unwrap().is_conflict;
    let conflicts = [one("a"), one("a"), one("b"), one("c"), Seen::Nobody].map(&mut conflict);
    assert_eq!(conflicts, [false, false, true, false, false]);
}

#[test]
fn a_lost_slot_gives_nothing_out_while_its_requests_may_be_open() {
    let mut set = TraceSet::barred(START);
    let late = Carried { token: b"a", expires: at(600) };
    set.open(trace(1), Seen::One(late), at(100)).unwrap();
    assert_eq!(token(&set, 1, at(359)), None);
    assert_eq!(token(&set, 1, at(360)), Some(&b"a"[..]), "what was there is over, and this was seen since");
    set.open(trace(1), one("b"), at(360)).unwrap();
    assert_eq!(token(&set, 1, at(360)), None, "conflicts count as ever");
}

#[test]
fn the_end_of_a_lost_request_ends_nobody_elses() {
    let mut lost = opened(&[one("a")]);
    for number in 2..=9 {
        lost.open(trace(number), Seen::Nobody, START).unwrap();
    }
    let generations: Vec<_> = lost.entries.iter().map(|entry| entry.generation).collect();
    let mut set = TraceSet::barred(START);
    set.open(trace(1), one("b"), START).unwrap();
    for generation in generations {
        set.close(trace(1), generation, Grace::USUAL, at(1));
    }
    assert_eq!(set.entries[0].open, 1);
}

#[test]
fn the_grace_is_what_is_configured_and_less_than_the_memory_of_conflicts() {
    for (millis, open) in [(0, None), (1, Some(&b"a"[..])), (Grace::MAX_MILLIS, Some(b"a"))] {
        let grace = Grace::from_millis(millis).unwrap();
        let mut set = opened(&[one("a")]);
        set.close(trace(1), Generation::default(), grace, at(10));
        assert_eq!(token(&set, 1, at(10)), open, "{millis}");
        assert_eq!(token(&set, 1, at(10).plus(Duration::from_millis(millis))), None, "{millis}");
    }
    assert_eq!(Grace::from_millis(Grace::MAX_MILLIS + 1), None);
    assert!(Duration::from_millis(Grace::MAX_MILLIS) < CONFLICT_MEMORY);
}
