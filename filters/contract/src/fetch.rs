//! Documents that a stage wants fetched in the background, as data that only the host performs.

use crate::Duration;

/// One HTTP GET to a cluster of the proxy's own configuration. There is no URL: where a request may go is
/// fixed by the operator and never by a token or a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    /// What the asking stage calls it.
    pub id: FetchId,
    /// The name of the proxy's cluster.
    pub cluster: String,
    /// The value of `:authority`.
    pub authority: String,
    /// The value of `:path`.
    pub path: String,
    /// How long the host waits for the whole answer.
    pub timeout: Duration,
    /// More body than this, in bytes, is an error.
    pub max_bytes: usize,
}

/// A name for a fetch, unique within the stage that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(pub u32);

/// How a fetch ended: a body of a 200 answer, or why there is none.
pub type Fetched<'a> = Result<&'a [u8], FetchError>;

/// Why a fetch brought nothing. Nothing but the body of a 200 answer is ever parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchError {
    /// The host did not start the call, because there is no such cluster or calls are not allowed.
    NotStarted,
    /// No answer: connection refused, reset, timed out, or an answer that the host dropped.
    NoAnswer,
    /// An answer with another status than 200.
    Status(u16),
    /// A body of more than the fetch allowed.
    TooLarge,
}

impl FetchError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotStarted => "fetch_not_started",
            Self::NoAnswer => "fetch_no_answer",
            Self::Status(_) => "fetch_status",
            Self::TooLarge => "fetch_too_large",
        }
    }
}
