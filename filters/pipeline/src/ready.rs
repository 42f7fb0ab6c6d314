//! Whether this proxy can decide: for load balancers, and for who watches over its container.

use contract::{Answer, Cause, Duration, HeaderName, HeaderValue, Refusal, Stage, UnixTime};

/// When to ask again: keys that are late come within a few seconds, or somebody must look.
const RETRY: Duration = Duration::from_secs(1);

/// A gRPC client that asks for this asks for something that is no gRPC service (`UNIMPLEMENTED`).
const GRPC_UNIMPLEMENTED: u32 = 12;

/// The answer that all stages can decide.
///
/// # Errors
/// With the refusal of the first stage that still waits for its first keys or policies. It tells the client
/// no more than that it may come again.
pub(crate) fn answer(stages: &[Box<dyn Stage>], now: UnixTime) -> Result<Answer, Refusal> {
    let awaited = stages.iter().find_map(|stage| stage.awaits(now).map(|reason| (stage.name(), reason)));
    match awaited {
        Some((stage, reason)) => {
            Err(Refusal::new(stage, Cause::Unavailable { retry_after: RETRY }, reason))
        }
        None => Ok(ready()),
    }
}

fn ready() -> Answer {
    Answer {
        status: 200,
        grpc_status: GRPC_UNIMPLEMENTED,
        details: "watchword_route_ready".to_owned(),
        headers: vec![
            (HeaderName::from_static("content-type"), HeaderValue::from_static("application/json")),
            (HeaderName::from_static("cache-control"), HeaderValue::from_static("no-store")),
        ],
        body: r#"{"status":"ready"}"#.to_owned(),
    }
}
