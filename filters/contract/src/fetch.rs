//! Documents that a stage wants fetched in the background, as data that only the host performs.

use crate::{Duration, EntityTag};

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
    /// The tag of the document that is there already: the answer need not bring it once more.
    pub if_none_match: Option<EntityTag>,
}

/// A name for a fetch, unique within the stage that asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FetchId(pub u32);

/// How a fetch ended: with an answer, or why there is none.
pub type Fetched<'a> = Result<Reply<'a>, FetchError>;

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply<'a> {
    /// This is the document: status 200.
    Body {
        /// The document.
        bytes: &'a [u8],
        /// What to name it by in the next fetch.
        etag: Option<&'a EntityTag>,
    },
    /// The document that [`Fetch::if_none_match`] has named is the newest: status 304. A fetch that has named
    /// none does not end like this.
    Unchanged,
}

impl<'a> Reply<'a> {
    /// A document without a tag.
    pub const fn untagged(bytes: &'a [u8]) -> Self {
        Self::Body { bytes, etag: None }
    }
}

/// Why a fetch brought nothing. Nothing but the body of a 200 answer is ever parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchError {
    /// The host did not start the call, because there is no such cluster or calls are not allowed.
    NotStarted,
    /// No answer: connection refused, reset, timed out, or an answer that the host dropped.
    NoAnswer,
    /// An answer with another status than 200, or 304 unasked.
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
