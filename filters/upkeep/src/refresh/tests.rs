use super::*;

const PACE: Pace = Pace { interval: Duration::from_secs(300), lost_after: Duration::from_secs(3) };

fn at(millis: u64) -> UnixTime {
    UnixTime::from_seconds(1_000_000).plus(Duration::from_millis(millis))
}

fn standing(refresh: Refresh, millis: u64) -> Standing {
    refresh.standing(PACE, false, at(millis))
}

#[test]
fn is_due_at_once_and_then_at_the_interval() {
    assert_eq!(standing(Refresh::NEVER, 0), Standing::Due);
    let refresh = Refresh::NEVER.started(at(0)).succeeded(at(50), 0);
    assert_eq!(standing(refresh, 300_049), Standing::Fresh);
    assert_eq!(standing(refresh, 300_050), Standing::Due);
}

#[test]
fn is_under_way_until_it_counts_as_lost() {
    let refresh = Refresh::NEVER.started(at(0));
    assert_eq!((standing(refresh, 0), standing(refresh, 2_999)), (Standing::UnderWay, Standing::UnderWay));
    assert_eq!(standing(refresh, 3_000), Standing::Due);
}

#[test]
fn backs_off_from_one_second_to_sixty() {
    let (mut refresh, mut now) = (Refresh::NEVER, at(0));
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        refresh = refresh.started(now).failed(now);
        let next = now.plus(Duration::from_secs(seconds));
        let before = next.minus(Duration::from_nanos(1));
        for wanted in [false, true] {
            assert_eq!(refresh.standing(PACE, wanted, before), Standing::BackingOff, "before {seconds} s");
            assert_eq!(refresh.standing(PACE, wanted, next), Standing::Due, "after {seconds} s");
        }
        now = next;
    }
    assert_eq!(back_off(u32::MAX), LONGEST_BACK_OFF);
    let refresh = refresh.started(now).succeeded(now, 0);
    assert_eq!(refresh.standing(PACE, false, now.plus(LONGEST_BACK_OFF)), Standing::Fresh);
}

#[test]
fn a_wish_shortens_the_interval_to_the_shortest_and_never_lengthens_it() {
    let refresh = Refresh::NEVER.succeeded(at(0), 0);
    let wanted = |pace, millis| refresh.standing(pace, true, at(millis));
    assert_eq!((wanted(PACE, 9_999), wanted(PACE, 10_000)), (Standing::Fresh, Standing::Due));
    let short = Pace { interval: Duration::from_secs(4), ..PACE };
    assert_eq!((wanted(short, 3_999), wanted(short, 4_000)), (Standing::Fresh, Standing::Due));
}

#[test]
fn chance_takes_off_a_tenth_of_the_interval_at_most() {
    for (jitter, millis) in [(0, 300_000), (1 << 15, 285_000), (u16::MAX, 270_001)] {
        let refresh = Refresh::NEVER.succeeded(at(0), jitter);
        assert_eq!(standing(refresh, millis - 1), Standing::Fresh, "{jitter}");
        assert_eq!(standing(refresh, millis), Standing::Due, "{jitter}");
    }
}

#[test]
fn survives_a_clock_that_is_set_back() {
    let later = 3_600_000;
    let started = Refresh::NEVER.started(at(later));
    for refresh in [started, started.succeeded(at(later), 0), started.failed(at(later))] {
        assert_eq!(standing(refresh, 0), Standing::Due);
        assert_ne!(
            standing(refresh, later - 5_000),
            Standing::Due,
            "workers read the clock one after another"
        );
    }
}

#[test]
fn a_value_is_the_same_when_it_is_read_back() {
    let started = Refresh::NEVER.started(at(1));
    let failed = (0..300).fold(started, |refresh, millis| refresh.failed(at(millis)));
    for refresh in [Refresh::NEVER, started, started.succeeded(at(2), 0xabcd), failed] {
        let bytes = refresh.encode();
        assert_eq!(Refresh::decode(&mut Reader(&bytes)), Ok(refresh));
        assert_eq!(Refresh::decode(&mut Reader(&bytes[1..])), Err(Malformed));
    }
}
