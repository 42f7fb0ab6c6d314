//! B3 Propagation, as Zipkin and many meshes have it: several headers, or the single one `b3`.
//!
//! There is no standard behind it that says what to do with bad headers, so what is bad is an error here:
//! applications differ in what they still read.

use contract::{Edits, Entropy, EntropyError, Head, HeaderName, HeaderValue};

use super::b3_single;
use super::names::{B3_SINGLE, FLAGS, PARENT_SPAN_ID, SAMPLED, SPAN_ID, TRACE_ID};
use super::{TraceError, TraceId, is_zero};
use crate::hex;

/// What a request says in B3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct B3 {
    pub(super) trace: Option<[u8; 16]>,
    /// What its sender wishes; nothing where that is left to the receiver.
    pub(super) sampled: Option<bool>,
}

impl B3 {
    /// What the headers say. Both forms may be there if they name one trace.
    pub(super) fn read(head: &Head) -> Result<Self, TraceError> {
        let single = match one(head, B3_SINGLE)? {
            Some(value) => b3_single::parse(value).ok_or(TraceError::B3Malformed)?,
            None => Self::default(),
        };
        let several = Self::several(head)?;
        match (single.trace, several.trace) {
            (Some(one), Some(other)) if one != other => Err(TraceError::B3Contradictory),
            _ => Ok(Self {
                trace: single.trace.or(several.trace),
                sampled: single.sampled.or(several.sampled),
            }),
        }
    }

    /// Whatever has an id of 64 bits has to drop the left half of a longer one ("TraceId" in B3 Propagation).
    /// So two ids with the same right half are one to some applications, and have to be one here: else the
    /// calls of an application that shortens its id would find what somebody registered under the short one.
    pub(super) fn trace_id(self) -> Option<TraceId> {
        let [.., a, b, c, d, e, f, g, h] = self.trace?;
        TraceId::new([0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f, g, h])
    }

    fn several(head: &Head) -> Result<Self, TraceError> {
        let [trace, span, parent, sampled, flags] =
            [TRACE_ID, SPAN_ID, PARENT_SPAN_ID, SAMPLED, FLAGS].map(|name| one(head, name));
        let trace = read(trace?, trace_bytes)?;
        let span = read(span?, span_bytes)?;
        let parent = read(parent?, span_bytes)?;
        let sampled = read(sampled?, sampled_value)?;
        let debug = read(flags?, flags_value)?.unwrap_or_default();
        let whole = trace.is_some() == span.is_some() && (parent.is_none() || trace.is_some());
        if !whole {
            return Err(TraceError::B3Malformed);
        }
        // Debugging implies sampling ("Debug Flag").
        Ok(Self { trace, sampled: if debug { Some(true) } else { sampled } })
    }
}

/// Write a trace that nobody outside could have chosen.
pub(super) fn write_random(
    edits: &mut Edits,
    sampled: Option<bool>,
    entropy: &dyn Entropy,
) -> Result<(), EntropyError> {
    let (mut trace, mut span) = ([0; 16], [0; 8]);
    entropy.fill(&mut trace)?;
    entropy.fill(&mut span)?;
    let ours = B3 { trace: Some(trace), sampled };
    // All zero is no id, and a sign of a source that does not work.
    if ours.trace_id().is_none() || is_zero(&span) {
        return Err(EntropyError);
    }
    edits.set(HeaderName::from_static(TRACE_ID), HeaderValue::encode(&hex::encode(&trace)));
    edits.set(HeaderName::from_static(SPAN_ID), HeaderValue::encode(&hex::encode(&span)));
    let sampled = sampled.map(|sampled| HeaderValue::encode(if sampled { "1" } else { "0" }));
    edits.set_or_remove(HeaderName::from_static(SAMPLED), sampled);
    for name in [B3_SINGLE, PARENT_SPAN_ID, FLAGS] {
        edits.remove(name);
    }
    Ok(())
}

/// 16 or 32 digits, of which the last 16 are not all zero.
pub(super) fn trace_bytes(text: &[u8]) -> Option<[u8; 16]> {
    let id = hex::decode(text).or_else(|| {
        let [a, b, c, d, e, f, g, h] = hex::decode(text)?;
        Some([0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, e, f, g, h])
    });
    id.filter(|id| B3 { trace: Some(*id), sampled: None }.trace_id().is_some())
}

/// 16 digits, not all zero.
pub(super) fn span_bytes(text: &[u8]) -> Option<[u8; 8]> {
    hex::decode(text).filter(|id| !is_zero(id))
}

/// The words are those of tracers from before the specification, which says to take them.
fn sampled_value(text: &[u8]) -> Option<bool> {
    match text {
        b"1" | b"true" => Some(true),
        b"0" | b"false" => Some(false),
        _ => None,
    }
}

fn flags_value(text: &[u8]) -> Option<bool> {
    match text {
        b"1" => Some(true),
        b"0" => Some(false),
        _ => None,
    }
}

fn one<'a>(head: &'a Head, name: &'static str) -> Result<Option<&'a [u8]>, TraceError> {
    head.single(name).map_err(|_| TraceError::B3Duplicated)
}

fn read<T>(value: Option<&[u8]>, parse: impl Fn(&[u8]) -> Option<T>) -> Result<Option<T>, TraceError> {
    value.map(|value| parse(value).ok_or(TraceError::B3Malformed)).transpose()
}

#[cfg(test)]
mod tests;
