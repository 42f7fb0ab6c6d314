//! What a route takes of a request, whoever sends it.

/// Bounds on what a request brings. `None` takes anything: an API is bounded by what is written down of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepts {
    /// The media types of a body, as `type/subtype` in lower case (RFC 9110 §8.3.1).
    pub content_types: Option<Vec<String>>,
    /// The most bytes that a body may have; 0 for no body at all.
    pub body_bytes: Option<u64>,
    /// The decoded names of the parameters of a query, each of which may come once. Empty for no query.
    pub query: Option<Vec<String>>,
}
