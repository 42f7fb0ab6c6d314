//! What clients are told of limits: `RateLimit-Policy` and `RateLimit`, lists of strings with parameters
//! (draft-ietf-httpapi-ratelimit-headers of September 2025; structured fields of RFC 9651), and by option
//! the older `X-RateLimit-*`, which were never written down.

use std::rc::Rc;

use contract::{Edits, HeaderName, HeaderValue, HeaderValueError};
use serde::Deserialize;

use crate::config::{Kind, Limit};
use crate::quota::Quota;

/// What a route's limits promise.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of it.
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// The burst, what remains of it, and the seconds to come, each as a number alone.
const LEGACY: [HeaderName; 3] = [
    HeaderName::from_static("x-ratelimit-limit"),
    HeaderName::from_static("x-ratelimit-remaining"),
    HeaderName::from_static("x-ratelimit-reset"),
];

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Fields that most answers have: a policy and a state.
const USUAL_FIELDS: usize = 2;

/// Which headers there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "HeaderStyle")
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers).
    Standard,
    /// `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset`.
    Legacy,
}

/// Which headers the configuration wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Styles {
    standard: bool,
    legacy: bool,
}

/// What an engine promises: so many in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) quota: u64,
    /// 0 when the engine does not say.
    pub(crate) window_seconds: u64,
}

/// One limit, with what it has left for the client of this request.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub(crate) limit: Rc<Limit>,
    pub(crate) quota: Quota,
}

impl Styles {
    /// Those that `named` names, each once at most.
    pub(crate) fn new(named: &[Style]) -> Result<Self, &'static str> {
        let count = |style| named.iter().filter(|named| **named == style).count();
        match (count(Style::Standard), count(Style::Legacy)) {
            (0 | 1, 0 | 1) => {
                let is_named = |style| named.contains(&style);
                Ok(Self { standard: is_named(Style::Standard), legacy: is_named(Style::Legacy) })
            }
            (_, _) => Err("names one of them twice"),
        }
    }

    /// What an answer tells in addition: what is promised, and the one state that matters most. Nothing
    /// where either is not known.
    ///
    /// The standard fields are lists, so ours stand beside those of the service, whose limits may be
    /// stricter. The older ones are numbers, of which two would be nonsense.
    pub(crate) fn edits(
        self,
        policy: Option<&HeaderValue>,
        promised: Vec<HeaderValue>,
        state: Option<&State>,
    ) -> Edits {
        let known = state.filter(|_| policy.is_some() || !promised.is_empty());
        let Some(state) = known else { return Edits::new() };
        let mut edits = Edits::with_capacity(USUAL_FIELDS.saturating_add(promised.len()));
        if self.standard {
            // One list, whatever number of lines it is written in (RFC 9651 §4.2).
            if let Some(policy) = policy {
                edits.append(POLICY, policy.clone());
            }
            promised.into_iter().for_each(|policy| edits.append(POLICY, policy));
            edits.append(STATE, state.value());
        }
        if self.legacy {
            LEGACY.into_iter().zip(state.numbers()).for_each(|(name, number)| edits.set(name, number));
        }
        edits
    }
}

impl State {
    fn value(&self) -> HeaderValue {
        let Quota { remaining, reset_after, .. } = self.quota;
        self.limit.state_stem.followed_by([("", remaining), (";t=", whole_seconds(reset_after))])
    }

    fn numbers(&self) -> [HeaderValue; 3] {
        let Quota { burst, remaining, reset_after } = self.quota;
        [burst, remaining, whole_seconds(reset_after)].map(HeaderValue::from)
    }
}

/// How the state of the limit `name` begins, up to the number that remains.
///
/// # Errors
/// When the name is none that goes into a header.
pub(crate) fn state_stem(name: &str) -> Result<HeaderValue, HeaderValueError> {
    HeaderValue::new(format!("\"{name}\";r="))
}

impl Promise {
    /// The promise as a member of `RateLimit-Policy`, made by the limit `name`.
    pub(crate) fn member(self, name: &str) -> Option<HeaderValue> {
        let Self { quota, window_seconds } = self;
        let member = match window_seconds {
            0 => format!("\"{name}\";q={quota}"),
            seconds => format!("\"{name}\";q={quota};w={seconds}"),
        };
        HeaderValue::new(member).ok()
    }
}

/// The value of `RateLimit-Policy` as far as it is written in the configuration: the burst, and the seconds in
/// which that many come back. `None` when the client is to know of no limit.
pub(crate) fn policy<'a>(limits: impl Iterator<Item = &'a Limit>) -> Option<HeaderValue> {
    let member = |limit: &Limit| match &limit.kind {
        Kind::Local(local) => {
            let window = whole_seconds(local.gcra.refill());
            Some(format!("\"{}\";q={};w={window}", limit.name, local.gcra.burst()))
        }
        Kind::Global(_) => None,
    };
    let members: Vec<_> = limits.filter_map(member).collect();
    // An empty list is not sent at all (RFC 9651 §3.1).
    let value = (!members.is_empty()).then(|| members.join(", "))?;
    // Every request of the route is told it.
    HeaderValue::new(value).ok().map(HeaderValue::shared)
}

/// Rounded up, because earlier than that the client would find less than it was told.
const fn whole_seconds(nanos: u64) -> u64 {
    nanos.div_ceil(NANOS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_rounded_up() {
        for (nanos, seconds) in [(0, 0), (1, 1), (NANOS_PER_SECOND, 1), (NANOS_PER_SECOND + 1, 2)] {
            assert_eq!(whole_seconds(nanos), seconds);
        }
    }

    #[test]
    fn without_a_state_nothing_is_sent() {
        let styles = Styles::new(&[Style::Standard, Style::Legacy]).unwrap();
        let policy = HeaderValue::from_static("\"a\";q=1;w=1");
        assert!(styles.edits(Some(&policy), Vec::new(), None).is_empty());
    }

    #[test]
    fn a_style_is_named_once() {
        assert!(Styles::new(&[]).is_ok() && Styles::new(&[Style::Legacy, Style::Standard]).is_ok());
        assert!(Styles::new(&[Style::Legacy, Style::Standard, Style::Legacy]).is_err());
    }
}
