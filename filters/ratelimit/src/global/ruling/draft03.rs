//! How a limit stands, said in `x-ratelimit-*` (draft-polli-ratelimit-headers-03): the only way in which some
//! engines say it.

use super::{EngineState, Header, Reset};

/// The state in `headers`, if it is all there.
pub(super) fn read(headers: &[Header]) -> Option<EngineState> {
    let (quota, window_seconds) = limit(value(headers, "x-ratelimit-limit")?)?;
    let remaining = number(value(headers, "x-ratelimit-remaining")?)?;
    let reset = value(headers, "x-ratelimit-reset").and_then(number).map(Reset::rounded);
    Some(EngineState { quota, window_seconds, remaining, reset })
}

/// `10, 10;w=1, 50;w=60`: the quota that is nearest to its end, and all of them with their windows.
fn limit(value: &str) -> Option<(u64, u64)> {
    let mut members = value.split(',');
    let quota = number(members.next()?)?;
    let window = members.find_map(|member| {
        let (amount, window) = member.split_once(";w=")?;
        (number(amount) == Some(quota)).then(|| number(window))?
    });
    Some((quota, window.unwrap_or(0)))
}

fn number(text: &str) -> Option<u64> {
    let text = text.trim();
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn value<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|header| header.is_called(name))?.text()
}
