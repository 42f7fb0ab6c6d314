//! The edge starts a trace of its own, because ids that a client chose would be chosen to collide with those
//! of others.

use contract::{EntropyError, Env, Forward, Head, HeaderName};

use super::TraceFormat;
use super::b3::{self, B3};
use super::names::{TRACEPARENT, TRACESTATE};
use super::w3c::TraceParent;

/// Start a trace in `format`. The client's is recorded and goes no further; whether it is sampled stays the
/// client's wish. Its headers in other spellings and formats are the hygiene stage's to remove.
///
/// # Errors
/// When there is no randomness.
pub(crate) fn start(
    format: TraceFormat,
    forward: &mut Forward,
    head: &Head,
    env: &Env<'_>,
) -> Result<(), EntropyError> {
    match format {
        TraceFormat::W3c => start_w3c(forward, head, env)?,
        TraceFormat::B3 => start_b3(forward, head, env)?,
    }
    let theirs = format.read(head).ok().flatten();
    forward.evidence.extend(theirs.map(|theirs| format!("client_trace={theirs}")));
    Ok(())
}

fn start_w3c(forward: &mut Forward, head: &Head, env: &Env<'_>) -> Result<(), EntropyError> {
    let flags = TraceParent::of(head).map_or(0, |theirs| theirs.flags);
    let ours = TraceParent::random(flags, env.entropy)?;
    forward.request.set(HeaderName::from_static(TRACEPARENT), ours.to_header());
    if head.values(TRACESTATE).next().is_some() {
        forward.request.remove(TRACESTATE);
    }
    Ok(())
}

fn start_b3(forward: &mut Forward, head: &Head, env: &Env<'_>) -> Result<(), EntropyError> {
    let wish = B3::read(head).ok().and_then(|theirs| theirs.sampled);
    b3::write_random(&mut forward.request, wish, env.entropy)
}
