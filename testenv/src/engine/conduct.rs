//! How an engine answers, rightly or not.

use std::future::{pending, ready};
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Response};
use testenv_rls::{Code, HeaderValue as Added, RateLimitResponse};
use tokio::time::sleep;

use super::frame::{frame, framed};
use crate::http::Answer;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// How an engine answers every question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conduct {
    /// As its windows say: see [`super::Windows`].
    Count,
    /// With this.
    Say(RateLimitResponse),
    /// As its windows say, this much later.
    Late(Duration),
    /// With a frame of these bytes, which need not be a message.
    Bytes(Bytes),
    /// With a frame that announces more than it holds.
    Truncated,
    /// With this error of gRPC.
    Fail(u16),
    /// Never.
    Hang,
    /// With the end of the stream.
    Reset,
}

impl Conduct {
    /// With this code and nothing else.
    pub fn code(code: Code) -> Self {
        Self::Say(RateLimitResponse { overall_code: code.into(), ..RateLimitResponse::default() })
    }

    /// With a code that the protocol does not have.
    pub fn unknown_code() -> Self {
        Self::Say(RateLimitResponse { overall_code: 7, ..RateLimitResponse::default() })
    }

    /// With `OK`, and these fields for the client as well as for the service.
    pub fn with_headers(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let fields: Vec<_> = fields.into_iter().map(|(key, value)| Added { key, value }).collect();
        Self::Say(RateLimitResponse {
            overall_code: Code::Ok.into(),
            response_headers_to_add: fields.clone(),
            request_headers_to_add: fields,
            ..RateLimitResponse::default()
        })
    }

    /// The answer, where `counted` is what the windows say.
    pub(super) async fn answer(self, counted: impl FnOnce() -> RateLimitResponse) -> io::Result<Answer> {
        match self {
            Self::Count => message(frame(&counted())),
            Self::Say(said) => message(frame(&said)),
            Self::Late(delay) => {
                let said = counted();
                sleep(delay).await;
                message(frame(&said))
            }
            Self::Bytes(bytes) => message(framed(&bytes)),
            Self::Truncated => message(truncated()),
            Self::Fail(status) => failure(status),
            Self::Hang => pending().await,
            Self::Reset => Err(io::Error::other("told to break off")),
        }
    }
}

/// An `OK`, of a frame that would be longer.
fn truncated() -> Bytes {
    let announced = framed(&[8; 100]);
    announced.slice(..7)
}

/// A message, and that all is well.
fn message(body: Bytes) -> io::Result<Answer> {
    let trailers = HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = Full::from(body).with_trailers(ready(Some(Ok(trailers)))).boxed();
    Response::builder().header(CONTENT_TYPE, GRPC).body(body).map_err(io::Error::other)
}

/// An error has no message, so its status stands in the head.
fn failure(status: u16) -> io::Result<Answer> {
    let head = Response::builder().header(CONTENT_TYPE, GRPC).header(GRPC_STATUS, status);
    head.header("grpc-message", "told to fail").body(Full::default().boxed()).map_err(io::Error::other)
}

const GRPC_STATUS: hyper::header::HeaderName = hyper::header::HeaderName::from_static("grpc-status");
