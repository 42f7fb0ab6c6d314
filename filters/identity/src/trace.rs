//! The trace of a request: which id it has, in which headers it travels, and how the edge starts one.
//!
//! A trust domain carries trace ids in one format. Where a token hangs on the id, everybody has to read the
//! same one: the sidecar that registers it, the application that carries it on, the sidecar that looks it up.

mod b3;
mod b3_single;
mod names;
mod start;
mod w3c;

use contract::{Head, HeaderName, is_one_name};
use serde::Deserialize;

use crate::hex;
use b3::B3;
pub(crate) use start::start;
use w3c::TraceParent;

/// `identity.trace`: the format in which the trust domain carries trace ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "TraceFormat")
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum TraceFormat {
    /// W3C Trace Context: `traceparent`, `tracestate`.
    #[default]
    W3c,
    /// B3, as Zipkin has it: `x-b3-traceid` and its like, or the single header `b3`.
    B3,
}

/// The id of a trace: 16 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId([u8; 16]);

/// Why the headers of a request name no trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TraceError {
    /// `traceparent` is not what W3C Trace Context §3.2 and §4.3 describe.
    TraceparentMalformed,
    /// `traceparent` came more than once.
    TraceparentDuplicated,
    /// A header of B3 is not what its specification describes, or one that belongs to it is missing.
    B3Malformed,
    /// A header of B3 came more than once.
    B3Duplicated,
    /// `b3` names another trace than `x-b3-traceid`.
    B3Contradictory,
}

impl TraceFormat {
    /// The trace of a request, if it has one.
    ///
    /// # Errors
    /// When there are headers of this format, and they name no trace.
    pub(crate) fn read(self, head: &Head) -> Result<Option<TraceId>, TraceError> {
        match self {
            Self::W3c => Ok(TraceParent::read(head)?.map(|parent| parent.trace_id)),
            Self::B3 => Ok(B3::read(head)?.trace_id()),
        }
    }

    /// What the edge removes of what clients send, before it writes a trace of its own. B3's own names are
    /// among it, because they can be spelled with `_` too.
    pub(crate) fn stripped_at_edge(self) -> Vec<&'static HeaderName> {
        let own: &[HeaderName] = match self {
            Self::W3c => &[],
            Self::B3 => self.names(),
        };
        own.iter().chain(self.other_names()).collect()
    }

    /// Whether an application could find another trace under `name` than [`Self::read`] does.
    pub(crate) fn is_misleading(self, name: &[u8]) -> bool {
        let is_own = |own: &HeaderName| own.as_str().as_bytes().eq_ignore_ascii_case(name);
        let mut known = self.names().iter().chain(self.other_names());
        known.any(|known| is_one_name(name, known.as_str().as_bytes())) && !self.names().iter().any(is_own)
    }

    /// Its own headers.
    pub(crate) const fn names(self) -> &'static [HeaderName] {
        match self {
            Self::W3c => &names::W3C,
            Self::B3 => &names::B3,
        }
    }

    /// The headers of all other formats.
    pub(crate) fn other_names(self) -> impl Iterator<Item = &'static HeaderName> {
        let other = match self {
            Self::W3c => Self::B3,
            Self::B3 => Self::W3c,
        };
        other.names().iter().chain(&names::FOREIGN)
    }
}

impl TraceId {
    /// The id, unless it is all zero.
    pub(crate) fn new(bytes: [u8; 16]) -> Option<Self> {
        (!is_zero(&bytes)).then_some(Self(bytes))
    }

    /// Its bytes.
    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl std::fmt::Display for TraceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl TraceError {
    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::TraceparentMalformed => "traceparent_malformed",
            Self::TraceparentDuplicated => "traceparent_duplicated",
            Self::B3Malformed => "b3_malformed",
            Self::B3Duplicated => "b3_duplicated",
            Self::B3Contradictory => "b3_contradictory",
        }
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::head;

    #[test]
    fn a_format_reads_its_own_headers_only() {
        let both = head(&[
            ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
            ("b3", "000000000000000000000000000000ab-00000000000000cd"),
        ]);
        let read = |format: TraceFormat| format.read(&both).unwrap().unwrap().to_string();
        assert_eq!(read(TraceFormat::W3c), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(read(TraceFormat::B3), "000000000000000000000000000000ab");
    }

    #[test]
    fn a_header_that_could_carry_another_trace_is_misleading() {
        use TraceFormat::{B3, W3c};
        for (name, to_w3c, to_b3) in [
            ("traceparent", false, true),
            ("Traceparent", false, true),
            ("tracestate", false, true),
            ("b3", true, false),
            ("X-B3-TraceId", true, false),
            ("x_b3_traceid", true, true),
            ("x-b3-flags", true, false),
            ("Ot_Tracer-SpanId", true, true),
            ("uber-trace-id", true, true),
            ("x-request-id", false, false),
            ("accept", false, false),
        ] {
            let misleading = [W3c, B3].map(|format| format.is_misleading(name.as_bytes()));
            assert_eq!(misleading, [to_w3c, to_b3], "{name}");
        }
    }
}
