//! Proxies with leases against an engine with fixed windows.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]

use super::*;
use crate::global::ruling::Reset;

const MILLI: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MILLI;
const START: u64 = 1_700_000_000 * SECOND;
const TERMS: Terms = Terms { most: 1000, share_percent: 10, patience: 30 * MILLI };

/// How an engine says when its window ends.
#[derive(Clone, Copy, Debug)]
enum Says {
    RoundedUp,
    RoundedDown,
    Nothing,
}

/// An engine that counts in fixed windows.
struct Engine {
    limit: u64,
    window: u64,
    says: Says,
    count: u64,
    current: u64,
    calls: u64,
}

impl Engine {
    fn new(limit: u64, window_seconds: u64, says: Says) -> Self {
        Self { limit, window: window_seconds * SECOND, says, count: 0, current: 0, calls: 0 }
    }

    fn window_of(&self, now: u64) -> u64 {
        now / self.window
    }

    /// Whether `hits` pass, and what it says of its state.
    fn ask(&mut self, hits: u32, now: u64) -> (bool, Option<EngineState>) {
        self.calls += 1;
        if self.window_of(now) != self.current {
            (self.current, self.count) = (self.window_of(now), 0);
        }
        let passes = self.count + u64::from(hits) <= self.limit;
        if passes {
            self.count += u64::from(hits);
        }
        let left = self.window - now % self.window;
        let seconds = match self.says {
            Says::RoundedUp => Some(left.div_ceil(SECOND)),
            Says::RoundedDown => Some(left / SECOND),
            Says::Nothing => None,
        };
        let state = seconds.map(|seconds| EngineState {
            quota: self.limit,
            window_seconds: self.window / SECOND,
            remaining: self.limit - self.count,
            reset: Some(Reset::rounded(seconds)),
        });
        (passes, state)
    }
}

/// One request for `cost` at `now`, as the stage handles it with an engine that answers at once.
fn request(lease: &mut Lease, engine: &mut Engine, cost: u32, now: u64) -> bool {
    Late { by: 0 }.request(lease, engine, cost, now).is_some()
}

/// A way to an engine that takes time.
struct Late {
    by: u64,
}

impl Late {
    /// When the request has passed, if it has: what is paid for from a lease at once, anything else in the window in
    /// which the engine has counted it.
    fn request(&self, lease: &mut Lease, engine: &mut Engine, cost: u32, now: u64) -> Option<u64> {
        match lease.take(cost, now, &TERMS) {
            Take::Refused => None,
            Take::Spent { ahead: 0 } => Some(now),
            Take::Spent { ahead } => {
                let (passes, state) = engine.ask(ahead, now + self.by);
                lease.heard();
                match passes {
                    true => lease.granted(ahead, state, now, now + 2 * self.by),
                    false => lease.shrink(),
                }
                Some(now)
            }
            Take::Ask { extra, .. } => {
                lease.heard();
                let (passes, state) = engine.ask(cost + extra, now + self.by);
                if passes {
                    lease.granted(extra, state, now, now + 2 * self.by);
                    return Some(now + self.by);
                }
                let (passes, state) =
                    if extra == 0 { (false, state) } else { engine.ask(cost, now + self.by) };
                match passes {
                    true => lease.granted(0, state, now, now + 2 * self.by),
                    false => lease.refused(cost, state, now, now + 2 * self.by),
                }
                passes.then_some(now + self.by)
            }
        }
    }
}

#[test]
fn a_steady_load_costs_few_calls() {
    for says in [Says::RoundedUp, Says::RoundedDown] {
        let (mut lease, mut engine) = (Lease::default(), Engine::new(100_000, 60, says));
        let requests = 60 * 1_000;
        let begin = START.next_multiple_of(engine.window);
        let admitted =
            (0..requests).filter(|n| request(&mut lease, &mut engine, 1, begin + n * MILLI)).count();
        assert_eq!(admitted as u64, requests, "{says:?}");
        // Nearly all of them in the last second, in which it is not known whether the window has ended.
        assert!(engine.calls * 100 <= requests * 2, "{says:?}: {} calls", engine.calls);
    }
}

#[test]
fn the_first_question_is_for_the_request_alone_and_each_next_one_for_twice_as_much() {
    let (mut lease, mut engine) = (Lease::default(), Engine::new(100_000, 3_600, Says::RoundedUp));
    let mut sizes = Vec::new();
    for n in 0..40 {
        request(&mut lease, &mut engine, 1, START + n * MILLI);
        sizes.push(lease.size);
    }
    sizes.dedup();
    assert_eq!(sizes, [0, 1, 2, 4, 8, 16, 32]);
}

#[test]
fn a_lease_is_a_share_of_what_remains_at_most() {
    let (mut lease, mut engine) = (Lease::default(), Engine::new(200, 3_600, Says::RoundedUp));
    let mut most = 0;
    for n in 0..200 {
        let (before, calls) = (engine.limit - engine.count, engine.calls);
        assert!(request(&mut lease, &mut engine, 1, START + n * MILLI), "{n}: all of it can be spent");
        most = most.max(lease.size);
        let is_new = engine.calls > calls;
        assert!(!is_new || u64::from(lease.size) <= before.max(10) / 10, "{} of {before}", lease.size);
    }
    assert!(most >= 8, "{most}: it has grown");
    assert!(!request(&mut lease, &mut engine, 1, START + 200 * MILLI));
}

#[test]
fn nothing_is_leased_from_an_engine_that_does_not_say_when_its_window_ends() {
    let (mut lease, mut engine) = (Lease::default(), Engine::new(1_000, 60, Says::Nothing));
    for n in 0..100 {
        assert!(request(&mut lease, &mut engine, 1, START + n * MILLI));
    }
    assert_eq!((engine.calls, lease.left), (100, 0));
}

#[test]
fn a_refusal_is_repeated_for_a_second_at_most() {
    let (mut lease, mut engine) = (Lease::default(), Engine::new(10, 60, Says::RoundedUp));
    let begin = START.next_multiple_of(engine.window);
    let admitted = (0..2_000).filter(|n| request(&mut lease, &mut engine, 1, begin + n * MILLI)).count();
    assert_eq!(admitted, 10);
    assert!(engine.calls <= 14, "{} calls", engine.calls);
    engine.limit = 1_000;
    assert!(request(&mut lease, &mut engine, 1, begin + 3_000 * MILLI), "an operator has raised it");
}

#[test]
fn what_is_left_of_a_window_is_worth_nothing_in_a_later_one() {
    let mut engine = Engine::new(1_000, 4, Says::RoundedUp);
    let [mut idle, mut busy] = [Lease::default(); 2];
    let begin = START.next_multiple_of(engine.window);
    assert!((0..200).all(|n| request(&mut idle, &mut engine, 1, begin + n * MILLI)));
    assert!(idle.left > 10, "{idle:?}");
    let next = begin + engine.window;
    let mut send = |lease: &mut Lease, after: u64| {
        let times = (0..2_000).map(|n| next + after + n * MILLI / 4);
        times.filter(|now| request(lease, &mut engine, 1, *now)).count()
    };
    assert_eq!((send(&mut busy, 0), send(&mut idle, 600 * MILLI)), (1_000, 0));
}

#[test]
fn a_lease_lives_for_an_hour_at_most_and_not_from_before_the_clock_was_set_back() {
    let (mut lease, mut engine) =
        (Lease::default(), Engine::new(1_000_000, 1_000_000_000, Says::RoundedUp));
    assert!((0..100).all(|n| request(&mut lease, &mut engine, 1, START + n * MILLI)));
    let asks = |now: u64| {
        let mut lease = lease;
        matches!(lease.take(1, now, &TERMS), Take::Ask { extra: 0, .. })
    };
    assert!(!asks(START + SECOND) && !asks(START + LONGEST - SECOND));
    assert!(asks(START + LONGEST + SECOND) && asks(START - SECOND));
}

#[test]
fn what_was_counted_in_the_last_window_is_not_spent_in_this_one_although_it_is_told_in_it() {
    let exact = |millis: u64| {
        let until = Duration::from_millis(millis);
        EngineState {
            quota: 1_000,
            window_seconds: 60,
            remaining: 900,
            reset: Some(Reset { at_least: until, at_most: until }),
        }
    };
    let at = |millis: u64| START + millis * MILLI;
    let mut lease = Lease::default();
    lease.granted(100, Some(exact(10)), at(0), at(1));
    assert_eq!(lease.left, 100);
    // Asked in the first window, and overtaken by a question of the second one.
    lease.granted(0, Some(exact(59_999)), at(11), at(12));
    lease.granted(100, Some(exact(1)), at(9), at(20));
    assert_eq!((lease.left, lease.until), (0, at(60_010)));
    // Asked and told in the second one.
    lease.granted(100, Some(exact(59_970)), at(40), at(41));
    assert_eq!(lease.left, 100);
}

#[test]
fn a_refusal_of_much_is_none_of_little() {
    let (mut lease, mut engine) = (Lease::default(), Engine::new(10, 60, Says::RoundedUp));
    let begin = START.next_multiple_of(engine.window);
    assert!(!request(&mut lease, &mut engine, 11, begin));
    assert!(!request(&mut lease, &mut engine, 12, begin + MILLI));
    assert_eq!(engine.calls, 1, "who wants more is not asked about");
    assert!(request(&mut lease, &mut engine, 1, begin + 2 * MILLI));
}

#[test]
fn one_question_at_a_time_asks_for_more_than_its_request() {
    let mut lease = Lease::default();
    assert_eq!(lease.take(1, START, &TERMS), Take::Ask { extra: 0, leads: true });
    assert_eq!(lease.take(1, START + MILLI, &TERMS), Take::Ask { extra: 0, leads: false });
    let lost = START + TERMS.patience;
    assert_eq!(lease.take(1, lost, &TERMS), Take::Ask { extra: 0, leads: true }, "nobody waits for ever");
    let earlier = START - 3_600 * SECOND;
    assert_eq!(
        lease.take(1, earlier, &TERMS),
        Take::Ask { extra: 0, leads: true },
        "the clock was set back"
    );
}

#[test]
fn a_bucket_reads_back_what_it_wrote_and_forgets_idle_keys_only() {
    let mut bucket = Bucket::default();
    for key in 1..=3 {
        let lease = bucket.lease(key, START, TERMS.patience).unwrap();
        (lease.until, lease.left) = (START + key * SECOND, 1);
    }
    assert_eq!(Bucket::decode(&bucket.encode()), bucket);
    assert_eq!(bucket.lease(5, START, TERMS.patience), None, "all of them are at it");
    bucket.lease(5, START + SECOND, TERMS.patience).unwrap().left = 7;
    assert_eq!(bucket.lease(2, START + SECOND, TERMS.patience).unwrap().until, START + 2 * SECOND);
    assert_eq!(bucket.lease(5, START + SECOND, TERMS.patience).unwrap().left, 7);
    for bad in [[].as_slice(), &[7; 3], &[7; 500]] {
        assert_eq!(Bucket::decode(bad), Bucket::default());
    }
}

#[cfg(not(target_family = "wasm"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    fn says() -> impl Strategy<Value = Says> {
        prop_oneof![Just(Says::RoundedUp), Just(Says::RoundedDown), Just(Says::Nothing)]
    }

    /// A proxy, how many requests of which cost it gets one after another, how many milliseconds apart, and the pause
    /// before them: often none, sometimes longer than a window.
    fn runs() -> impl Strategy<Value = Vec<(usize, u32, u32, u64, u64)>> {
        let pause = prop_oneof![4 => 0_u64..20, 1 => 500_u64..9_000];
        prop::collection::vec((0_usize..3, 1_u32..120, 1_u32..4, 0_u64..12, pause), 1..24)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        /// Whatever the proxies do, the engine has counted all that they admit, in the window in which they do.
        #[test]
        fn no_window_admits_more_than_the_engine_has_counted_in_it(
            limit in 1_u64..2_000,
            window in 1_u64..8,
            says in says(),
            late in 0_u64..30,
            runs in runs(),
        ) {
            let (mut engine, late) = (Engine::new(limit, window, says), Late { by: late * MILLI / 2 });
            let mut proxies = [Lease::default(); 3];
            let (mut now, mut admitted) = (START, std::collections::BTreeMap::<u64, u64>::new());
            for (proxy, requests, cost, apart, pause) in runs {
                now += pause * MILLI;
                for _ in 0..requests {
                    // Nobody else is asked meanwhile, so it is as if the requests came so late themselves.
                    now += apart * MILLI + 2 * late.by;
                    if let Some(at) = late.request(&mut proxies[proxy], &mut engine, cost, now - 2 * late.by) {
                        *admitted.entry(engine.window_of(at)).or_default() += u64::from(cost);
                    }
                }
            }
            for (window, count) in admitted {
                prop_assert!(count <= limit, "{count} in window {window}");
            }
        }
    }
}
