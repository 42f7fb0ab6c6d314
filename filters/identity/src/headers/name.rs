//! Names that a configuration may choose for headers.

use contract::{ConfigError, HeaderName, Section, is_one_name};

/// Fields that proxies and services live on. They are stripped from every request and answer when they are
/// taken for ours, which would be an outage rather than a configuration.
const NOT_OURS: [&str; 17] = [
    "accept",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "grpc-status",
    "host",
    "location",
    "set-cookie",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "txn-token",
    "upgrade",
];

/// The header name `configured` of `identity.headers.<field>`.
pub(super) fn name(
    field: &str,
    configured: String,
    section: &Section<'_>,
) -> Result<HeaderName, ConfigError> {
    let error = |message: String| section.error(&format!("headers.{field}"), message);
    if NOT_OURS.iter().any(|taken| is_one_name(configured.as_bytes(), taken.as_bytes())) {
        return Err(error(format!("`{configured}` is needed for something else")));
    }
    HeaderName::new(&configured).map_err(|_| error(format!("`{configured}` is no header name")))
}
