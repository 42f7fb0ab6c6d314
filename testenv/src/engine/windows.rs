//! Fixed windows, one for each domain and descriptor, that tell what is left as envoyproxy/ratelimit does.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use prost::Message as _;
use testenv_rls::{
    Code, DescriptorStatus, RateLimit, RateLimitDescriptor, RateLimitRequest, RateLimitResponse, Unit,
};

/// What becomes of hits that are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// They count, and leave nothing, as with envoyproxy/ratelimit.
    Count,
    /// They do not, as with Limitador: who asks for less may get it.
    Free,
}

/// The limit of every key, and what was spent of it. A window begins with the first question about its key.
#[derive(Debug)]
pub struct Windows {
    limit: u32,
    length: Duration,
    refused: Refused,
    spent: HashMap<Vec<u8>, Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    ends: Instant,
    spent: u32,
}

impl Windows {
    /// Nothing was spent of `limit` hits in `length`, which may not be zero.
    pub fn new(limit: u32, length: Duration, refused: Refused) -> Self {
        Self { limit, length, refused, spent: HashMap::new() }
    }

    /// Spend what is asked for, if there is as much.
    pub(super) fn answer(&mut self, question: &RateLimitRequest, now: Instant) -> RateLimitResponse {
        let hits = question.hits_addend.max(1);
        let key = |descriptor: &testenv_rls::RateLimitDescriptor| {
            [question.domain.as_bytes(), &[0], &descriptor.encode_to_vec()].concat()
        };
        let statuses: Vec<_> =
            question.descriptors.iter().map(|one| self.spend(key(one), hits, now)).collect();
        let over = statuses.iter().any(|status| status.code() == Code::OverLimit);
        let code = if over { Code::OverLimit } else { Code::Ok };
        RateLimitResponse { overall_code: code.into(), statuses, ..RateLimitResponse::default() }
    }

    /// Spend all but `left` of what the question is about, as other proxies would.
    pub(super) fn leave(&mut self, question: &RateLimitRequest, left: u32, now: Instant) {
        let spent = self.limit.saturating_sub(left);
        let window = Window { ends: now + self.length, spent };
        for descriptor in &question.descriptors {
            let of_it = self.spent.entry(key(&question.domain, descriptor)).or_insert(window);
            of_it.spent = spent;
        }
    }

    fn spend(&mut self, key: Vec<u8>, hits: u32, now: Instant) -> DescriptorStatus {
        let new = Window { ends: now + self.length, spent: 0 };
        let window = self.spent.entry(key).or_insert(new);
        if window.ends <= now {
            *window = new;
        }
        let wanted = window.spent.saturating_add(hits);
        let code = if wanted > self.limit { Code::OverLimit } else { Code::Ok };
        if code == Code::Ok || self.refused == Refused::Count {
            window.spent = wanted;
        }
        DescriptorStatus {
            code: code.into(),
            current_limit: Some(RateLimit {
                requests_per_unit: self.limit,
                unit: Unit::of_seconds(self.length.as_secs()).into(),
                name: String::new(),
            }),
            limit_remaining: self.limit.saturating_sub(window.spent),
            duration_until_reset: Some(window.ends.saturating_duration_since(now).into()),
        }
    }
}

fn key(domain: &str, descriptor: &RateLimitDescriptor) -> Vec<u8> {
    [domain.as_bytes(), &[0], &descriptor.encode_to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::question;

    fn ask(windows: &mut Windows, tenant: &str, hits: u32, now: Instant) -> (Code, u32) {
        let answer = windows.answer(&question("shop", &[("tenant", tenant)], hits), now);
        assert_eq!(answer.overall_code(), answer.statuses[0].code());
        (answer.overall_code(), answer.statuses[0].limit_remaining)
    }

    #[test]
    fn a_window_is_of_one_key_and_ends() {
        let (start, length) = (Instant::now(), Duration::from_secs(1));
        let mut windows = Windows::new(3, length, Refused::Free);
        assert_eq!(ask(&mut windows, "acme", 0, start), (Code::Ok, 2));
        assert_eq!(ask(&mut windows, "acme", 2, start), (Code::Ok, 0));
        assert_eq!(ask(&mut windows, "acme", 1, start), (Code::OverLimit, 0));
        assert_eq!(ask(&mut windows, "other", 1, start), (Code::Ok, 2));
        assert_eq!(ask(&mut windows, "acme", 3, start + length), (Code::Ok, 0));
        windows.leave(&question("shop", &[("tenant", "other")], 1), 1, start);
        assert_eq!(ask(&mut windows, "other", 2, start).0, Code::OverLimit);
        assert_eq!(ask(&mut windows, "other", 1, start), (Code::Ok, 0));
    }

    #[test]
    fn refused_hits_count_or_do_not() {
        let (now, length) = (Instant::now(), Duration::from_secs(60));
        for (refused, then) in [(Refused::Free, (Code::Ok, 1)), (Refused::Count, (Code::OverLimit, 0))] {
            let mut windows = Windows::new(3, length, refused);
            assert_eq!(ask(&mut windows, "acme", 1, now), (Code::Ok, 2));
            assert_eq!(ask(&mut windows, "acme", 3, now).0, Code::OverLimit);
            assert_eq!(ask(&mut windows, "acme", 1, now), then, "{refused:?}");
        }
    }
}
