//! How servers misbehave that a proxy fetches documents from.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame};
use serde_json::json;
use tokio::time::{Interval, interval, sleep};

use crate::http::{self, Answer};

/// How an endpoint for a document behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Behaviour {
    /// As it should.
    Serve,
    /// The connection is closed without an answer.
    Close,
    /// This status and no document.
    Fail(u16),
    /// The right answer, this much later.
    Delay(Duration),
    /// This status and this body.
    Answer(u16, Bytes),
    /// The head, then a byte of white space at each interval, for ever.
    Trickle(Duration),
}

/// The behaviour of every path, and how often it was asked.
#[derive(Debug)]
pub(crate) struct Endpoints {
    /// Of paths that have no behaviour of their own.
    default: Behaviour,
    own: HashMap<String, Behaviour>,
    fetches: HashMap<String, u64>,
}

impl Behaviour {
    /// The answer, where `right` is what it should be.
    pub(crate) async fn answer(self, right: impl FnOnce() -> io::Result<Answer>) -> io::Result<Answer> {
        match self {
            Self::Serve => {}
            Self::Close => return Err(io::Error::other("told to close")),
            Self::Fail(status) => return http::json(status, &json!({ "error": "told to fail" })),
            Self::Delay(delay) => sleep(delay).await,
            Self::Answer(status, body) => return http::bytes(status, body),
            Self::Trickle(pause) => return http::with_body(200, Endless(interval(pause)).boxed()),
        }
        right()
    }
}

impl Endpoints {
    pub(crate) fn new() -> Self {
        Self { default: Behaviour::Serve, own: HashMap::new(), fetches: HashMap::new() }
    }

    /// All paths behave so, also those that had a behaviour of their own.
    pub(crate) fn behave(&mut self, behaviour: Behaviour) {
        self.default = behaviour;
        self.own.clear();
    }

    pub(crate) fn behave_at(&mut self, path: &str, behaviour: Behaviour) {
        self.own.insert(path.to_owned(), behaviour);
    }

    /// Count a fetch of `path`; gives how to answer it.
    pub(crate) fn fetched(&mut self, path: &str) -> Behaviour {
        *self.fetches.entry(path.to_owned()).or_default() += 1;
        self.own.get(path).unwrap_or(&self.default).clone()
    }

    pub(crate) fn fetches(&self) -> u64 {
        self.fetches.values().sum()
    }

    pub(crate) fn fetches_at(&self, path: &str) -> u64 {
        self.fetches.get(path).copied().unwrap_or_default()
    }
}

/// A body without end.
struct Endless(Interval);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_tick(context).map(|_| Some(Ok(Frame::data(Bytes::from_static(b" ")))))
    }
}
