//! HTTP calls that a module starts.

use std::time::Duration;

use super::Call;
use crate::{Callout, Headers, Status};

/// Arguments: cluster, headers, body, trailers, each with its length; the timeout; where the token goes.
pub(super) fn start(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let cluster = call.bytes(0)?;
    let headers = Headers::decode(&call.bytes(2)?).ok_or(Status::BAD_ARGUMENT)?;
    let body = call.bytes(4)?;
    let timeout = Duration::from_millis(u64::from(call.word(8)?));
    if [":method", ":path", ":authority"].iter().any(|name| headers.first(name).is_none()) {
        return Err(Status::BAD_ARGUMENT);
    }
    let guest = call.guest();
    let (token, context) = (guest.next_token, guest.effective);
    guest.next_token += 1;
    guest.callouts.insert(token, Callout { token, cluster, headers, body, timeout, context });
    call.put(9, &token.to_le_bytes())
}

/// Of the last gRPC call; there was none, so it is 0 without a message.
pub(super) fn status(call: &mut Call<'_, '_>) -> Result<(), Status> {
    call.put(0, &0_u32.to_le_bytes())?;
    call.give(1, &[])
}
