//! What ends a pause: an answer, or going on.

use super::Call;
use crate::{Action, Headers, Reply, Status};

const REQUEST: u32 = 0;
const RESPONSE: u32 = 1;

pub(super) fn go_on(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let kind = call.word(0)?;
    let stream = call.guest().stream()?;
    let violation = match kind {
        REQUEST => stream.decide(Action::Continue),
        RESPONSE => {
            stream.response.take_back();
            None
        }
        _ => return Err(Status::BAD_ARGUMENT),
    };
    call.guest().violations.extend(violation);
    Ok(())
}

pub(super) fn close(call: &mut Call<'_, '_>) -> Result<(), Status> {
    call.guest().stream().map(|_| ())
}

pub(super) fn reply(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let reply = Reply {
        status: call.word(0)?,
        details: String::from_utf8_lossy(&call.bytes(1)?).into_owned(),
        body: call.bytes(3)?,
        headers: Headers::decode(&call.bytes(5)?).ok_or(Status::BAD_ARGUMENT)?,
        grpc_status: call.word(7)?.cast_signed(),
    };
    let violation = call.guest().stream()?.answer(reply);
    call.guest().violations.extend(violation);
    Ok(())
}
