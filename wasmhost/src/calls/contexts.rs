//! For whom hostcalls speak, and calls that this proxy has nothing behind.

use super::Call;
use crate::Status;

pub(super) fn speak_for(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let context = call.word(0)?;
    let guest = call.guest();
    if !guest.has_context(context) {
        return Err(Status::BAD_ARGUMENT);
    }
    guest.effective = context;
    Ok(())
}

/// Nobody here waits for a context to be done.
pub(super) fn done(_: &mut Call<'_, '_>) -> Result<(), Status> {
    Err(Status::NOT_FOUND)
}
