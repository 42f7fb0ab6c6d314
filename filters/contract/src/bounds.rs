//! Bounds that more than one part shares, each with its source.

/// Bytes of one request head, names and values together: Envoy's default `max_request_headers_kb` is 60.
pub const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Fields of one request head: ten times Envoy's default `max_headers_count` of 100, so that only an
/// operator who raised it that far meets ours.
pub const MAX_HEAD_FIELDS: usize = 1000;

/// Bytes of a path with its query: RFC 9110 §4.1 asks for at least 8000 octets of URI.
pub const MAX_PATH_BYTES: usize = 8 * 1024;

/// Attempts of one compare-and-swap before the store counts as contended. With 8 workers on one key a
/// loss rate of one half per attempt leaves 2⁻¹⁶ of the calls without an answer.
pub const STORE_ATTEMPTS: usize = 16;
