//! `RateLimit-Policy` and `RateLimit`, as lists of strings with parameters (draft-ietf-httpapi-ratelimit-
//! headers of September 2025; structured fields of RFC 9651).

use contract::{Edits, HeaderName, HeaderValue};

use crate::config::Limit;

/// What a route's limits promise.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of it.
const STATE: HeaderName = HeaderName::from_static("ratelimit");

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// What one limit has left for the client of this request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quota {
    /// `r`: how many more would pass right now.
    pub(crate) remaining: u64,
    /// `t`, in nanoseconds: until the whole burst is back; where nothing remains, until one more passes.
    /// The draft wants `Retry-After` not to be earlier than `t`, so a refusal says the same in both.
    pub(crate) reset_after: u64,
}

/// The value of `RateLimit-Policy`: the burst, and the seconds in which that many come back. `None` when
/// the client is to know of no limit.
pub(crate) fn policy<'a>(limits: impl Iterator<Item = &'a Limit>) -> Option<HeaderValue> {
    let member = |limit: &Limit| {
        let window = whole_seconds(limit.gcra.refill());
        format!("\"{}\";q={};w={window}", limit.name, limit.gcra.burst())
    };
    list(limits.map(member))
}

/// The headers of an answer to a request that was counted under these limits.
pub(crate) fn edits<'a>(
    policy: Option<&HeaderValue>,
    quotas: impl Iterator<Item = (&'a str, Quota)>,
) -> Edits {
    let member = |(name, quota): (&str, Quota)| {
        format!("\"{name}\";r={};t={}", quota.remaining, whole_seconds(quota.reset_after))
    };
    let mut edits = Edits::new();
    if let (Some(policy), Some(state)) = (policy, list(quotas.map(member))) {
        edits.set(POLICY, policy.clone());
        edits.set(STATE, state);
    }
    edits
}

fn list(members: impl Iterator<Item = String>) -> Option<HeaderValue> {
    let members: Vec<_> = members.collect();
    // An empty list is not sent at all (RFC 9651 §3.1).
    let value = (!members.is_empty()).then(|| members.join(", "))?;
    HeaderValue::new(value).ok()
}

/// Rounded up, because earlier than that the client would find less than it was told.
const fn whole_seconds(nanos: u64) -> u64 {
    nanos.div_ceil(NANOS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Edit;

    #[test]
    fn without_members_nothing_is_sent() {
        let policy = HeaderValue::from_static("\"a\";q=1;w=1");
        assert!(edits(Some(&policy), [].into_iter()).is_empty());
    }

    #[test]
    fn seconds_are_rounded_up() {
        let policy = HeaderValue::from_static("\"a\";q=1;w=1");
        let quota = |reset_after| ("a", Quota { remaining: 2, reset_after });
        for (nanos, seconds) in [(0, 0), (1, 1), (NANOS_PER_SECOND, 1), (NANOS_PER_SECOND + 1, 2)] {
            let edits = edits(Some(&policy), [quota(nanos)].into_iter());
            let state = HeaderValue::new(format!("\"a\";r=2;t={seconds}")).unwrap();
            assert_eq!(edits.iter().last(), Some(&Edit::Set(STATE, state)));
        }
    }
}
