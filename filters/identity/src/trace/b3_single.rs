//! The value of the header `b3`: `{trace}-{span}-{sampling}-{parent}`, or the sampling alone (B3
//! Propagation, "Single Header").

use super::b3::{B3, span_bytes, trace_bytes};

/// What `value` says; nothing when it is not of this form.
pub(super) fn parse(value: &[u8]) -> Option<B3> {
    let parts: Vec<&[u8]> = value.splitn(5, |byte| *byte == b'-').collect();
    let (ids, sampling) = match parts.as_slice() {
        [sampling] => return Some(B3 { trace: None, sampled: Some(sampled(sampling)?) }),
        [trace, span] => ([trace, span], None),
        [trace, span, sampling] => ([trace, span], Some(sampling)),
        [trace, span, sampling, parent] => {
            span_bytes(parent)?;
            ([trace, span], Some(sampling))
        }
        _ => return None,
    };
    let [trace, span] = ids;
    span_bytes(span)?;
    let sampled = match sampling {
        Some(sampling) => Some(sampled(sampling)?),
        None => None,
    };
    Some(B3 { trace: Some(trace_bytes(trace)?), sampled })
}

/// `d` is the debug flag, which implies sampling.
fn sampled(text: &[u8]) -> Option<bool> {
    match text {
        b"1" | b"d" => Some(true),
        b"0" => Some(false),
        _ => None,
    }
}
