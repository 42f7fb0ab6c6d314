//! What must hold for every limit and every sequence of requests, whatever the clock does.

#![cfg(not(target_family = "wasm"))]

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests {
    use std::num::NonZeroU32;

    use proptest::prelude::*;
    use ratelimit::{Decision, Gcra};

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;
    const ONE: NonZeroU32 = NonZeroU32::MIN;

    fn limits() -> impl Strategy<Value = (u64, Gcra)> {
        (1_u64..=1_000, 1_u64..=60, 1_u64..=50).prop_map(|(requests, per_seconds, burst)| {
            let gcra = Gcra::new(requests, per_seconds, burst).unwrap();
            ((per_seconds * SECOND).div_ceil(requests), gcra)
        })
    }

    /// Costs of all sizes; some are above the burst.
    fn costs() -> impl Strategy<Value = NonZeroU32> {
        (1_u32..=60).prop_map(|cost| NonZeroU32::new(cost).unwrap())
    }

    /// The times, out of `times`, at which a request passes, each with what it costs.
    fn admitted(gcra: &Gcra, times: &[(u64, NonZeroU32)]) -> Vec<(u64, u64)> {
        let mut tat = None;
        let mut passes = |now: u64, cost| match gcra.decide(tat, now, cost) {
            Decision::Allowed { new_tat, .. } => {
                tat = Some(new_tat);
                true
            }
            Decision::Limited { .. } => false,
        };
        let admitted = times.iter().filter(|(now, cost)| passes(*now, *cost));
        admitted.map(|(now, cost)| (*now, u64::from(cost.get()))).collect()
    }

    fn sum(admitted: &[(u64, u64)]) -> u64 {
        admitted.iter().map(|(_, cost)| cost).sum()
    }

    fn running_sum(steps: &[(u64, NonZeroU32)]) -> Vec<(u64, NonZeroU32)> {
        let mut now = NOW;
        let next = |(step, cost): &(u64, NonZeroU32)| {
            now += step;
            (now, *cost)
        };
        steps.iter().map(next).collect()
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_burst_plus_rate_times_its_length(
            (interval, gcra) in limits(),
            steps in prop::collection::vec((0_u64..SECOND, costs()), 1..200),
        ) {
            let admitted = admitted(&gcra, &running_sum(&steps));
            for (at, (start, _)) in admitted.iter().enumerate() {
                let mut spent = 0;
                for (end, cost) in &admitted[at..] {
                    spent += cost;
                    prop_assert!(spent <= gcra.burst() + (end - start) / interval);
                }
            }
        }

        #[test]
        fn steady_demand_gets_exactly_burst_plus_rate_times_duration(
            (interval, gcra) in limits(),
            intervals in 0_u64..100,
        ) {
            let end = NOW + intervals * interval;
            let tries_per_interval = 3;
            let times: Vec<_> = (0..=intervals * tries_per_interval)
                .map(|attempt| NOW + attempt * interval / tries_per_interval)
                .flat_map(|time| vec![(time, ONE); 60])
                .collect();
            prop_assert_eq!(times.last(), Some(&(end, ONE)));
            prop_assert_eq!(sum(&admitted(&gcra, &times)), gcra.burst() + intervals);
        }

        #[test]
        fn a_clock_that_jumps_admits_no_more_than_it_has_run_forward(
            (interval, gcra) in limits(),
            jumps in prop::collection::vec((-20_000_000_000_i64..20_000_000_000, costs()), 1..200),
        ) {
            let mut now = NOW;
            let times: Vec<_> = jumps
                .iter()
                .map(|(jump, cost)| {
                    now = now.saturating_add_signed(*jump);
                    (now, *cost)
                })
                .collect();
            let forward: u64 = jumps.iter().map(|(jump, _)| u64::try_from(*jump).unwrap_or(0)).sum();
            prop_assert!(sum(&admitted(&gcra, &times)) <= gcra.burst() + forward / interval);
        }

        #[test]
        fn who_waits_as_long_as_told_passes_and_not_a_nanosecond_earlier(
            (_, gcra) in limits(),
            (tat, now) in prop_oneof![
                (any::<u64>(), 0..u64::MAX / 2),
                (NOW..NOW + 100 * SECOND, NOW..NOW + 100 * SECOND),
            ],
            cost in costs(),
        ) {
            if let Decision::Limited { retry_after, remaining } = gcra.decide(Some(tat), now, cost) {
                prop_assert!(remaining < u64::from(cost.get()));
                // A time from before a jump counts as an exhausted burst at every moment until it is
                // reached.
                let tat = tat.min(now + gcra.refill());
                let later = now + retry_after;
                let passes = |at| matches!(gcra.decide(Some(tat), at, cost), Decision::Allowed { .. });
                let can_pass = u64::from(cost.get()) <= gcra.burst();
                prop_assert!(passes(later) == can_pass && !passes(later - 1));
                prop_assert!(!can_pass || gcra.refuses_until(tat, cost) == later);
            }
        }

        #[test]
        fn what_is_said_to_remain_is_what_passes(
            (_, gcra) in limits(),
            ahead in 0_u64..100 * SECOND,
            cost in costs(),
        ) {
            let start = NOW + ahead.min(gcra.refill());
            let (mut tat, remaining) = match gcra.decide(Some(start), NOW, cost) {
                Decision::Allowed { new_tat, remaining, .. } => (new_tat, remaining),
                Decision::Limited { remaining, .. } => (start, remaining),
            };
            let mut passed = 0;
            while let Decision::Allowed { new_tat, .. } = gcra.decide(Some(tat), NOW, ONE) {
                (tat, passed) = (new_tat, passed + 1);
            }
            prop_assert_eq!(passed, remaining);
        }

        #[test]
        fn no_numbers_overflow(
            tat in any::<Option<u64>>(),
            now in any::<u64>(),
            (interval, gcra) in limits(),
            cost in any::<NonZeroU32>(),
        ) {
            match gcra.decide(tat, now, cost) {
                Decision::Allowed { new_tat, remaining, reset_after } => {
                    prop_assert!(new_tat > now && remaining < gcra.burst() && reset_after <= gcra.refill());
                }
                Decision::Limited { retry_after, remaining } => {
                    prop_assert!(0 < retry_after && retry_after <= u64::from(cost.get()).saturating_mul(interval));
                    prop_assert!(remaining <= gcra.burst());
                }
            }
        }
    }
}
