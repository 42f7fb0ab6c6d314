//! What a limit has left, and which of several limits is the strictest.

/// What one limit has left for the client of this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// How many may come at once.
    pub(crate) burst: u64,
    /// `r`: how many more would pass right now.
    pub(crate) remaining: u64,
    /// `t`, in nanoseconds: until the whole burst is back; where nothing remains, until one more passes, and
    /// after a refusal until the request would. The draft wants `Retry-After` not to be earlier than `t`,
    /// so a refusal says the same in both.
    pub(crate) reset_after: u64,
}

impl Quota {
    /// Whether less remains here than in `other`, in proportion to the burst; of two that are alike,
    /// whether it takes longer here.
    pub(crate) fn is_stricter_than(&self, other: &Self) -> bool {
        let of_both = |remaining: u64, burst: u64| u128::from(remaining).saturating_mul(burst.into());
        let here = (of_both(self.remaining, other.burst), other.reset_after);
        let there = (of_both(other.remaining, self.burst), self.reset_after);
        here < there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_has_least_in_proportion_and_then_takes_longest() {
        let quota = |burst, remaining, reset_after| Quota { burst, remaining, reset_after };
        for (stricter, other) in [
            (quota(10, 1, 1), quota(10, 2, 9)),
            (quota(1_000, 10, 1), quota(10, 1, 9)),
            (quota(10, 0, 1), quota(1_000, 1, 9)),
            (quota(10, 5, 2), quota(100, 50, 1)),
            (quota(u64::MAX, 1, 1), quota(u64::MAX, u64::MAX, 9)),
        ] {
            assert!(
                stricter.is_stricter_than(&other) && !other.is_stricter_than(&stricter),
                "{stricter:?}"
            );
        }
        let same = quota(10, 5, 2);
        assert!(!same.is_stricter_than(&same));
    }
}
