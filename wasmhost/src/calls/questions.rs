//! gRPC calls that a module starts.

use std::time::Duration;

use super::Call;
use crate::{Question, Status};

/// Arguments: target, service, method, metadata and message, each with its length; the timeout; where the token goes.
pub(super) fn start(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let [target, service, method, _, message] = [0, 2, 4, 6, 8].map(|at| call.bytes(at));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Status::BAD_ARGUMENT);
    let (target, service, method, message) = (target?, text(service?)?, text(method?)?, message?);
    let timeout = Duration::from_millis(u64::from(call.word(10)?));
    let guest = call.guest();
    let token = guest.next_token;
    guest.next_token += 1;
    guest.questions.insert(token, Question { token, target, service, method, message, timeout });
    call.put(11, &token.to_le_bytes())
}

/// Streams have no end here: there is no cluster for them, as Envoy says it.
pub(super) fn no_stream(_: &mut Call<'_, '_>) -> Result<(), Status> {
    Err(Status::INTERNAL_FAILURE)
}
