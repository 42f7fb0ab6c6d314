//! How an answer tells what is left: in one of the ways of the engines that there are.

use limitador::CheckResult;
use limitador::counter::Counter;
use testenv_rls::{Code, DescriptorStatus, HeaderValue, RateLimit, RateLimitResponse, Unit};

/// What an answer says beside yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    /// Nothing.
    Nothing,
    /// Headers for the client, as Limitador's server does with `--rate-limit-headers DRAFT_VERSION_03`.
    Headers,
    /// A status for each descriptor, as envoyproxy/ratelimit does.
    Statuses,
}

impl Says {
    /// By its name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "nothing" => Some(Self::Nothing),
            "headers" => Some(Self::Headers),
            "statuses" => Some(Self::Statuses),
            _ => None,
        }
    }

    /// The answer to a question with this many descriptors.
    pub(crate) fn answer(self, mut result: CheckResult, descriptors: usize) -> RateLimitResponse {
        let code = if result.limited { Code::OverLimit } else { Code::Ok };
        let mut answer = RateLimitResponse { overall_code: code.into(), ..RateLimitResponse::default() };
        match self {
            Self::Nothing => {}
            Self::Headers => answer.response_headers_to_add = headers(&mut result),
            // Limitador knows of no counter to which descriptor it belongs.
            Self::Statuses => answer.statuses = vec![status(code, &result.counters); descriptors],
        }
        answer
    }
}

fn headers(result: &mut CheckResult) -> Vec<HeaderValue> {
    let headers = result.response_header().into_iter();
    let mut headers: Vec<_> = headers.map(|(key, value)| HeaderValue { key, value }).collect();
    headers.sort_by(|one, other| one.key.cmp(&other.key));
    headers
}

/// Of the counter with the least left, if any applies.
fn status(code: Code, counters: &[Counter]) -> DescriptorStatus {
    let left = |counter: &Counter| counter.remaining().unwrap_or(counter.max_value());
    let status = DescriptorStatus { code: code.into(), ..DescriptorStatus::default() };
    let Some(counter) = counters.iter().min_by_key(|counter| left(counter)) else {
        return status;
    };
    let number = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    DescriptorStatus {
        current_limit: Some(RateLimit {
            requests_per_unit: number(counter.max_value()),
            unit: Unit::of_seconds(counter.window().as_secs()).into(),
            name: counter.limit().name().unwrap_or_default().to_owned(),
        }),
        limit_remaining: number(left(counter)),
        duration_until_reset: counter.expires_in().map(Into::into),
        ..status
    }
}
