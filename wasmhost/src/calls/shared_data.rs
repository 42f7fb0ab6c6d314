//! Shared data.

use super::Call;
use crate::Status;

pub(super) fn get(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let key = call.bytes(0)?;
    let found = call.guest().proxy.state().shared.get(&key).cloned();
    let (value, version) = found.ok_or(Status::NOT_FOUND)?;
    call.give(2, &value)?;
    call.put(4, &version.to_le_bytes())
}

pub(super) fn set(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (key, value, expected) = (call.bytes(0)?, call.bytes(2)?, call.word(4)?);
    call.guest().proxy.state().shared.set(&key, &value, expected)
}
