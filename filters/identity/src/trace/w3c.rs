//! The trace id of a request, as W3C Trace Context carries it.

use contract::{Entropy, EntropyError, Head, HeaderName, HeaderValue};

use crate::hex;

/// The header of a trace (W3C Trace Context §3.2).
pub(crate) static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What vendors add to a trace (W3C Trace Context §3.3); worth nothing beside another `traceparent`.
pub(crate) static TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The headers of other formats that carry a trace id: B3 (single and multiple), Jaeger, OpenCensus over gRPC,
/// AWS, Google Cloud, Datadog, OpenTracing (generic and basic tracer), SkyWalking, Elastic APM. Tracing
/// libraries that read several formats would copy an id from any of them into `traceparent`.
pub(crate) static FOREIGN_TRACES: [HeaderName; 13] = [
    HeaderName::from_static("b3"),
    HeaderName::from_static("x-b3-traceid"),
    HeaderName::from_static("uber-trace-id"),
    HeaderName::from_static("grpc-trace-bin"),
    HeaderName::from_static("x-amzn-trace-id"),
    HeaderName::from_static("x-cloud-trace-context"),
    HeaderName::from_static("x-datadog-trace-id"),
    HeaderName::from_static("x-ot-span-context"),
    HeaderName::from_static("ot-tracer-traceid"),
    HeaderName::from_static("ot-tracer-spanid"),
    HeaderName::from_static("ot-tracer-sampled"),
    HeaderName::from_static("sw8"),
    HeaderName::from_static("elastic-apm-traceparent"),
];

/// Bytes of version `00`, which every later version starts with (W3C Trace Context §4.3).
const TRACEPARENT_BYTES: usize = 55;

/// The id of a trace: 16 bytes, not all zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId([u8; 16]);

/// A valid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceParent {
    /// Which trace.
    pub(crate) trace_id: TraceId,
    parent_id: [u8; 8],
    /// Whether it is sampled, and flags of later levels.
    pub(crate) flags: u8,
}

/// Why a `traceparent` names no trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TraceError {
    /// It is not what W3C Trace Context §3.2 and §4.3 describe.
    Malformed,
    /// It came more than once.
    Duplicated,
}

impl TraceError {
    /// The word for logs and metrics.
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "traceparent_malformed",
            Self::Duplicated => "traceparent_duplicated",
        }
    }
}

impl TraceParent {
    /// The trace of a request, if it has one.
    ///
    /// # Errors
    /// When there is a header, and it names no trace.
    pub(crate) fn read(head: &Head) -> Result<Option<Self>, TraceError> {
        let value = head.single(TRACEPARENT.as_str()).map_err(|_| TraceError::Duplicated)?;
        value.map(|value| Self::parse(value).ok_or(TraceError::Malformed)).transpose()
    }

    /// The trace of a request. A header that is invalid or came more than once counts as absent, as the
    /// standard wants it.
    pub(crate) fn of(head: &Head) -> Option<Self> {
        Self::read(head).ok().flatten()
    }

    /// A trace that nobody outside could have chosen.
    pub(crate) fn random(flags: u8, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
        let (mut trace_id, mut parent_id) = ([0; 16], [0; 8]);
        entropy.fill(&mut trace_id)?;
        entropy.fill(&mut parent_id)?;
        // All zero is no id (§3.2.2.3), and a sign of a source that does not work.
        match (TraceId::new(trace_id), is_zero(&parent_id)) {
            (Some(trace_id), false) => Ok(Self { trace_id, parent_id, flags }),
            (Some(_), true) | (None, _) => Err(EntropyError),
        }
    }

    /// Parse a header value (W3C Trace Context §3.2 and §4.3).
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let known = value.get(..TRACEPARENT_BYTES)?;
        let mut parts = known.split(|byte| *byte == b'-');
        let [version] = hex::decode(parts.next()?)?;
        let trace_id = TraceId::new(hex::decode(parts.next()?)?)?;
        let parent_id: [u8; 8] = hex::decode(parts.next()?)?;
        let [flags] = hex::decode(parts.next()?)?;
        let rest_is_good = match version {
            0 => value.len() == TRACEPARENT_BYTES,
            0xff => false,
            _ => matches!(value.get(TRACEPARENT_BYTES), None | Some(b'-')),
        };
        let good = rest_is_good && parts.next().is_none() && !is_zero(&parent_id);
        good.then_some(Self { trace_id, parent_id, flags })
    }

    /// The header value that carries it, in version `00`.
    pub(crate) fn to_header(self) -> HeaderValue {
        let [trace_id, parent_id] = [hex::encode(&self.trace_id.0), hex::encode(&self.parent_id)];
        HeaderValue::encode(&format!("00-{trace_id}-{parent_id}-{:02x}", self.flags))
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

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    struct Filled(u8);

    impl Entropy for Filled {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
            buffer.fill(self.0);
            Ok(())
        }
    }

    #[test]
    fn reads_and_writes_the_standard_form() {
        let trace = TraceParent::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(trace.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((trace.flags, trace.to_header().as_str()), (1, GOOD));
    }

    #[test]
    fn reads_what_it_knows_of_later_versions() {
        for later in [GOOD.replacen("00", "cc", 1), format!("{}-what-comes", GOOD.replacen("00", "01", 1))]
        {
            assert!(TraceParent::parse(later.as_bytes()).is_some(), "{later}");
        }
    }

    #[test]
    fn refuses_what_the_standard_refuses() {
        for bad in [
            String::new(),
            GOOD.to_uppercase(),
            GOOD.replacen("00", "ff", 1),
            GOOD.replacen("00", "0", 1),
            GOOD.replace('-', "_"),
            GOOD.replace("4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000"),
            GOOD.replace("00f067aa0ba902b7", "0000000000000000"),
            format!("{GOOD}-more"),
            format!("{GOOD} "),
            format!("{}.more", GOOD.replacen("00", "01", 1)),
            format!(" {GOOD}"),
        ] {
            assert_eq!(TraceParent::parse(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn two_headers_are_no_trace() {
        let field = (b"traceparent".as_slice(), GOOD.as_bytes());
        assert!(TraceParent::of(&Head::from_pairs([field]).unwrap()).is_some());
        assert_eq!(TraceParent::of(&Head::from_pairs([field, field]).unwrap()), None);
    }

    #[test]
    fn a_source_of_zeros_starts_no_trace() {
        assert_eq!(TraceParent::random(0, &Filled(0)), Err(EntropyError));
        let started = TraceParent::random(1, &Filled(0xab)).unwrap();
        assert_eq!(TraceParent::parse(started.to_header().as_str().as_bytes()), Some(started));
    }
}
