//! Properties and filter state.

use super::Call;
use crate::Status;

pub(super) fn get(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let path = call.bytes(0)?;
    let stream = call.guest().stream().map_err(|_| Status::NOT_FOUND)?;
    let value = stream.property(&path).ok_or(Status::NOT_FOUND)?.clone();
    call.give(2, &value)
}

pub(super) fn set(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (path, value) = (call.bytes(0)?, call.bytes(2)?);
    call.guest().stream().map_err(|_| Status::NOT_FOUND)?.filter_state.insert(path, value);
    Ok(())
}
