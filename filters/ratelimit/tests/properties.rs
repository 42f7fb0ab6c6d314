//! What must hold for every limit and every sequence of requests, whatever the clock does.

#![cfg(not(target_family = "wasm"))]

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "an overflow fails the test, as it should")]
mod tests {
    use proptest::prelude::*;
    use ratelimit::{Decision, Gcra};

    const SECOND: u64 = 1_000_000_000;
    const NOW: u64 = 1_700_000_000 * SECOND;

    fn limits() -> impl Strategy<Value = (u64, Gcra)> {
        (1_u64..=1_000, 1_u64..=60, 1_u64..=50).prop_map(|(requests, per_seconds, burst)| {
            let gcra = Gcra::new(requests, per_seconds, burst).unwrap();
            ((per_seconds * SECOND).div_ceil(requests), gcra)
        })
    }

    /// The times, out of `times`, at which a request passes.
    fn admitted(gcra: &Gcra, times: &[u64]) -> Vec<u64> {
        let mut tat = None;
        let mut passes = |now: &u64| match gcra.decide(tat, *now) {
            Decision::Allowed { new_tat, .. } => {
                tat = Some(new_tat);
                true
            }
            Decision::Limited { .. } => false,
        };
        times.iter().copied().filter(|now| passes(now)).collect()
    }

    fn running_sum(steps: &[u64]) -> Vec<u64> {
        let mut now = NOW;
        let next = |step: &u64| {
            now += step;
            now
        };
        steps.iter().map(next).collect()
    }

    proptest! {
        #[test]
        fn no_window_holds_more_than_burst_plus_rate_times_its_length(
            (interval, gcra) in limits(),
            steps in prop::collection::vec(0_u64..SECOND, 1..200),
        ) {
            let admitted = admitted(&gcra, &running_sum(&steps));
            for (at, start) in admitted.iter().enumerate() {
                for (count, end) in (1_u64..).zip(&admitted[at..]) {
                    prop_assert!(count <= gcra.burst() + (end - start) / interval);
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
                .flat_map(|time| vec![time; 60])
                .collect();
            prop_assert_eq!(times.last(), Some(&end));
            prop_assert_eq!(admitted(&gcra, &times).len() as u64, gcra.burst() + intervals);
        }

        #[test]
        fn a_clock_that_jumps_admits_no_more_than_it_has_run_forward(
            (interval, gcra) in limits(),
            jumps in prop::collection::vec(-20_000_000_000_i64..20_000_000_000, 1..200),
        ) {
            let mut now = NOW;
            let times: Vec<_> = jumps
                .iter()
                .map(|jump| {
                    now = now.saturating_add_signed(*jump);
                    now
                })
                .collect();
            let forward: u64 = jumps.iter().map(|jump| u64::try_from(*jump).unwrap_or(0)).sum();
            prop_assert!(admitted(&gcra, &times).len() as u64 <= gcra.burst() + forward / interval);
        }

        #[test]
        fn who_waits_as_long_as_told_passes_and_not_a_nanosecond_earlier(
            (_, gcra) in limits(),
            tat in any::<u64>(),
            now in 0..u64::MAX / 2,
        ) {
            if let Decision::Limited { retry_after } = gcra.decide(Some(tat), now) {
                // A time from before a jump counts as an exhausted burst at every moment until it is reached.
                let tat = tat.min(now + gcra.refill());
                let later = now + retry_after;
                let passes = |at| matches!(gcra.decide(Some(tat), at), Decision::Allowed { .. });
                prop_assert!(passes(later) && !passes(later - 1));
            }
        }

        #[test]
        fn what_is_said_to_remain_is_what_passes(
            (_, gcra) in limits(),
            ahead in 0_u64..100 * SECOND,
        ) {
            if let Decision::Allowed { new_tat, remaining, .. } = gcra.decide(Some(NOW + ahead), NOW) {
                let mut tat = new_tat;
                let mut passed = 0;
                while let Decision::Allowed { new_tat, .. } = gcra.decide(Some(tat), NOW) {
                    (tat, passed) = (new_tat, passed + 1);
                }
                prop_assert_eq!(passed, remaining);
            }
        }

        #[test]
        fn no_numbers_overflow(tat in any::<Option<u64>>(), now in any::<u64>(), (_, gcra) in limits()) {
            match gcra.decide(tat, now) {
                Decision::Allowed { new_tat, remaining, reset_after } => {
                    prop_assert!(new_tat > now && remaining < gcra.burst() && reset_after <= gcra.refill());
                }
                Decision::Limited { retry_after } => prop_assert!(retry_after <= gcra.refill()),
            }
        }
    }
}
