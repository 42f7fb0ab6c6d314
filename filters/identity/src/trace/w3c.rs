//! W3C Trace Context: `traceparent`.

use contract::{Entropy, EntropyError, Head, HeaderValue};

use super::names::TRACEPARENT;
use super::{TraceError, TraceId, is_zero};
use crate::hex;

/// Bytes of version `00`, which every later version starts with (W3C Trace Context §4.3).
const TRACEPARENT_BYTES: usize = 55;

/// A valid `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TraceParent {
    /// Which trace.
    pub(super) trace_id: TraceId,
    parent_id: [u8; 8],
    /// Whether it is sampled, and flags of later levels.
    pub(super) flags: u8,
}

impl TraceParent {
    /// The trace of a request, if it has one.
    ///
    /// # Errors
    /// When there is a header, and it names no trace.
    pub(super) fn read(head: &Head) -> Result<Option<Self>, TraceError> {
        let value = head.single(TRACEPARENT).map_err(|_| TraceError::TraceparentDuplicated)?;
        value.map(|value| Self::parse(value).ok_or(TraceError::TraceparentMalformed)).transpose()
    }

    /// The trace of a request. A header that is invalid or came more than once counts as absent, as the
    /// standard wants it.
    pub(super) fn of(head: &Head) -> Option<Self> {
        Self::read(head).ok().flatten()
    }

    /// A trace that nobody outside could have chosen.
    pub(super) fn random(flags: u8, entropy: &dyn Entropy) -> Result<Self, EntropyError> {
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
    pub(super) fn parse(value: &[u8]) -> Option<Self> {
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
    pub(super) fn to_header(self) -> HeaderValue {
        let mut text = String::with_capacity(TRACEPARENT_BYTES);
        let parts: [&[u8]; 4] = [&[0], self.trace_id.bytes(), &self.parent_id, &[self.flags]];
        for part in parts {
            if !text.is_empty() {
                text.push('-');
            }
            hex::push(&mut text, part);
        }
        HeaderValue::encode(&text)
    }
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
