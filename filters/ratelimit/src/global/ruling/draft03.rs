//! How a limit stands, said in `x-ratelimit-*` (draft-polli-ratelimit-headers-03): the only way in which some
//! engines say it.

use super::{EngineState, Header, Reset};

/// The state in `headers`, if it is all there.
pub(super) fn read(headers: &[Header]) -> Option<EngineState> {
    let limit = Limit::read(value(headers, "x-ratelimit-limit")?)?;
    let remaining = number(value(headers, "x-ratelimit-remaining")?)?;
    let reset = value(headers, "x-ratelimit-reset").and_then(number).map(Reset::rounded);
    // It is said for one of several limits only, and another one's window may end before.
    let reset = if limit.is_alone { reset } else { reset.map(Reset::uncertain) };
    Some(EngineState { quota: limit.quota, window_seconds: limit.window_seconds, remaining, reset })
}

/// `10, 10;w=1;name="a", 50;w=60`: the quota that is nearest to its end, and all of them with their windows.
struct Limit {
    quota: u64,
    window_seconds: u64,
    is_alone: bool,
}

impl Limit {
    fn read(value: &str) -> Option<Self> {
        let (quota, policies) = value.split_once(',').unwrap_or((value, ""));
        let quota = number(quota)?;
        let windows = policies.split(',').filter_map(policy);
        let window = windows.clone().find(|(amount, _)| *amount == quota).map(|(_, window)| window);
        Some(Self { quota, window_seconds: window.unwrap_or(0), is_alone: windows.count() <= 1 })
    }
}

/// `10;w=1;name="a"`. A name with a comma in it is read as two members, of which the second is none.
fn policy(member: &str) -> Option<(u64, u64)> {
    let mut parts = member.split(';');
    let amount = number(parts.next()?)?;
    let window = parts.find_map(|parameter| parameter.trim().strip_prefix("w=").and_then(number))?;
    Some((amount, window))
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn value<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|header| header.is_called(name))?.text()
}
