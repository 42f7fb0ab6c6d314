//! The messages of Envoy's rate limit protocol, `envoy.service.ratelimit.v3`, with the numbers of its fields:
//! those that a server reads or writes, and no others.

#![forbid(unsafe_code)]

use prost::{Enumeration, Message};

/// The path of the one method.
pub const METHOD: &str = "/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit";

/// A question: may this much of this be spent?
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RateLimitRequest {
    /// Whose limits are meant.
    #[prost(string, tag = "1")]
    pub domain: String,
    /// What is counted: over the limit of one is over the limit.
    #[prost(message, repeated, tag = "2")]
    pub descriptors: Vec<RateLimitDescriptor>,
    /// How much; 0 is 1.
    #[prost(uint32, tag = "3")]
    pub hits_addend: u32,
}

/// One key of a counter.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RateLimitDescriptor {
    /// Its parts, in order.
    #[prost(message, repeated, tag = "1")]
    pub entries: Vec<Entry>,
}

/// One part of a key.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Entry {
    /// Its name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Its value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RateLimitResponse {
    /// Of all descriptors together.
    #[prost(enumeration = "Code", tag = "1")]
    pub overall_code: i32,
    /// For each descriptor, as envoyproxy/ratelimit says it; Limitador says nothing here.
    #[prost(message, repeated, tag = "2")]
    pub statuses: Vec<DescriptorStatus>,
    /// What the answer to the client shall say.
    #[prost(message, repeated, tag = "3")]
    pub response_headers_to_add: Vec<HeaderValue>,
    /// What the service shall be told.
    #[prost(message, repeated, tag = "4")]
    pub request_headers_to_add: Vec<HeaderValue>,
}

/// What is known of the counter of one descriptor.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct DescriptorStatus {
    /// Of it alone.
    #[prost(enumeration = "Code", tag = "1")]
    pub code: i32,
    /// The limit that applies, if one does.
    #[prost(message, optional, tag = "2")]
    pub current_limit: Option<RateLimit>,
    /// What is left of it in this window.
    #[prost(uint32, tag = "3")]
    pub limit_remaining: u32,
    /// Until the window ends.
    #[prost(message, optional, tag = "4")]
    pub duration_until_reset: Option<Duration>,
}

/// A limit.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RateLimit {
    /// How much may be spent in one window.
    #[prost(uint32, tag = "1")]
    pub requests_per_unit: u32,
    /// The length of a window.
    #[prost(enumeration = "Unit", tag = "2")]
    pub unit: i32,
    /// Its name.
    #[prost(string, tag = "3")]
    pub name: String,
}

/// `google.protobuf.Duration`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Duration {
    /// Whole seconds.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// The rest.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

/// A field of a header.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct HeaderValue {
    /// Its name.
    #[prost(string, tag = "1")]
    pub key: String,
    /// Its value.
    #[prost(string, tag = "2")]
    pub value: String,
}

/// Whether it may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum Code {
    /// Nobody knows.
    Unknown = 0,
    /// It may.
    Ok = 1,
    /// It may not.
    OverLimit = 2,
}

/// The windows that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Enumeration)]
#[repr(i32)]
pub enum Unit {
    /// Another one.
    Unknown = 0,
    /// 1 s.
    Second = 1,
    /// 60 s.
    Minute = 2,
    /// 3,600 s.
    Hour = 3,
    /// 86,400 s.
    Day = 4,
}

impl Unit {
    /// The window of this many seconds.
    pub const fn of_seconds(seconds: u64) -> Self {
        match seconds {
            1 => Self::Second,
            60 => Self::Minute,
            3600 => Self::Hour,
            86_400 => Self::Day,
            _ => Self::Unknown,
        }
    }
}

impl From<std::time::Duration> for Duration {
    fn from(duration: std::time::Duration) -> Self {
        let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        Self { seconds, nanos: i32::try_from(duration.subsec_nanos()).unwrap_or(0) }
    }
}
