//! What comes in, and what becomes of it.

use crate::Headers;

/// A request, with what the proxy knows of it besides its headers.
#[derive(Debug, Default, Clone)]
pub struct Request {
    /// The header fields.
    pub headers: Headers,
    /// Properties, by their path joined with NUL as in the ABI.
    pub properties: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What becomes of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It goes to the next filter with these headers.
    Forwarded {
        /// The request's header fields.
        headers: Headers,
    },
    /// The module has answered it.
    Replied(Reply),
    /// Neither, so far.
    Paused,
}

/// An answer that a module has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u32,
    /// The header fields.
    pub headers: Headers,
    /// For access logs.
    pub details: String,
    /// The body.
    pub body: Vec<u8>,
    /// The gRPC status, -1 when there is none.
    pub grpc_status: i32,
}

/// What a module says at the end of a callback of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Go on.
    Continue,
    /// Stop here.
    Pause,
}

/// An end that a module has given to a request which had one already. A proxy may hang, crash or forward
/// what was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A second answer.
    ReplyTwice,
    /// An answer to a request whose response has gone on.
    ReplyAfterResponse,
    /// A request that was answered goes on all the same.
    ContinueAfterReply,
    /// A request that has gone on goes on once more.
    ContinueTwice,
}

impl Request {
    /// A request with these header fields.
    pub fn new<N: AsRef<[u8]>, V: AsRef<[u8]>>(fields: impl IntoIterator<Item = (N, V)>) -> Self {
        Self { headers: fields.into_iter().collect(), properties: Vec::new() }
    }

    /// `GET` of a path, at a host.
    pub fn get(authority: &str, path: &str) -> Self {
        Self::new([(":method", "GET"), (":scheme", "https"), (":authority", authority), (":path", path)])
    }

    /// One header field more.
    #[must_use]
    pub fn header(mut self, name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// One property more, such as `["source", "address"]`.
    #[must_use]
    pub fn property(mut self, path: &[&str], value: impl Into<Vec<u8>>) -> Self {
        self.properties.push((path.join("\0").into_bytes(), value.into()));
        self
    }
}

impl Outcome {
    /// The answer, if that is what it is.
    pub fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Replied(reply) => Some(reply),
            Self::Forwarded { .. } | Self::Paused => None,
        }
    }

    /// The header fields with which it goes on, if it does.
    pub fn forwarded(&self) -> Option<&Headers> {
        match self {
            Self::Forwarded { headers } => Some(headers),
            Self::Replied(_) | Self::Paused => None,
        }
    }

    /// The HTTP status of the answer; 200 when it goes on.
    pub fn status(&self) -> Option<u32> {
        match self {
            Self::Forwarded { .. } => Some(200),
            Self::Replied(reply) => Some(reply.status),
            Self::Paused => None,
        }
    }
}
