//! Functions that a proxy may offer beyond the ABI, by name.

use super::Call;
use crate::Status;

/// Arguments: the name and what the function is given, each with its length; where its answer goes.
pub(super) fn call(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (name, arguments) = (call.bytes(0)?, call.bytes(2)?);
    let function = call.guest().proxy.state().functions.get(&name).copied();
    let answer = function.ok_or(Status::NOT_FOUND)?(&arguments)?;
    call.give(4, &answer)
}
