//! The messages of `envoy.service.ratelimit.v3`, as far as they are used, with the numbers of their fields.

use prost::Message;

/// The full name of the service.
pub(crate) const SERVICE: &str = "envoy.service.ratelimit.v3.RateLimitService";

/// Its only method.
pub(crate) const METHOD: &str = "ShouldRateLimit";

/// The codes of an answer. 0 is "unknown" and what is missing.
pub(crate) const OK: i32 = 1;
pub(crate) const OVER_LIMIT: i32 = 2;

/// May this pass?
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RateLimitRequest {
    #[prost(string, tag = "1")]
    pub(crate) domain: String,
    #[prost(message, repeated, tag = "2")]
    pub(crate) descriptors: Vec<Descriptor>,
    #[prost(uint32, tag = "3")]
    pub(crate) hits_addend: u32,
}

/// Who is counted: `envoy.extensions.common.ratelimit.v3.RateLimitDescriptor`.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Descriptor {
    #[prost(message, repeated, tag = "1")]
    pub(crate) entries: Vec<Entry>,
}

/// One name with its value.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Entry {
    #[prost(string, tag = "1")]
    pub(crate) key: String,
    #[prost(string, tag = "2")]
    pub(crate) value: String,
}

/// What the engine says.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RateLimitResponse {
    #[prost(int32, tag = "1")]
    pub(crate) overall_code: i32,
    /// One for each descriptor, or none at all.
    #[prost(message, repeated, tag = "2")]
    pub(crate) statuses: Vec<DescriptorStatus>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) response_headers_to_add: Vec<Header>,
}

/// How a descriptor stands.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct DescriptorStatus {
    /// Missing where the engine has no limit for the descriptor.
    #[prost(message, optional, tag = "2")]
    pub(crate) current_limit: Option<Limit>,
    #[prost(uint32, tag = "3")]
    pub(crate) limit_remaining: u32,
    #[prost(message, optional, tag = "4")]
    pub(crate) duration_until_reset: Option<Span>,
}

/// So many requests in one unit of time.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Limit {
    #[prost(uint32, tag = "1")]
    pub(crate) requests_per_unit: u32,
    #[prost(int32, tag = "2")]
    pub(crate) unit: i32,
}

impl Limit {
    /// Seconds of the unit; `None` for one that has no fixed length or is not known.
    pub(crate) const fn window_seconds(self) -> Option<u64> {
        match self.unit {
            1 => Some(1),
            2 => Some(60),
            3 => Some(3_600),
            4 => Some(86_400),
            7 => Some(604_800),
            _ => None,
        }
    }
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct Span {
    #[prost(int64, tag = "1")]
    pub(crate) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(crate) nanos: i32,
}

/// A header field, in bytes: one that is no text must not make the whole answer unreadable.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Header {
    #[prost(bytes = "vec", tag = "1")]
    pub(crate) key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) value: Vec<u8>,
    /// In newer versions of the protocol in place of `value`.
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) raw_value: Vec<u8>,
}

impl Header {
    /// Whichever of the two places has it.
    pub(crate) fn text(&self) -> Option<&str> {
        let value = if self.raw_value.is_empty() { &self.value } else { &self.raw_value };
        std::str::from_utf8(value).ok()
    }

    /// Whether this is its name.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name.as_bytes())
    }
}
