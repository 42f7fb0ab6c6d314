//! A question to an engine, as a proxy asks it.

use std::io;

use testenv_rls::{METHOD, RateLimitRequest, RateLimitResponse};

use super::frame::{frame, unframe};
use crate::client::{Http2, Request};

/// Ask on this connection.
///
/// # Errors
/// When the stream breaks, the engine answers with an error of gRPC, or with something that is no message.
pub fn ask(connection: &mut Http2, question: &RateLimitRequest) -> io::Result<RateLimitResponse> {
    let request = Request::new("POST", METHOD)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(frame(question));
    let answer = connection.exchange(&request)?;
    let trailer = answer.trailers.iter().find(|(name, _)| name == "grpc-status");
    match trailer.map(|(_, status)| status.as_str()).or(answer.header("grpc-status")) {
        Some("0") => unframe(&answer.body).ok_or_else(|| io::Error::other("no message")),
        status => Err(io::Error::other(format!("status {}", status.unwrap_or("missing")))),
    }
}
