//! The log.

use super::Call;
use crate::{LogLine, Status};

const INFO: u32 = 2;

pub(super) fn log(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (level, text) = (call.word(0)?, call.bytes(1)?);
    let text = String::from_utf8_lossy(&text).into_owned();
    call.guest().proxy.state().log.push(LogLine { level, text });
    Ok(())
}

pub(super) fn log_level(call: &mut Call<'_, '_>) -> Result<(), Status> {
    call.put(0, &INFO.to_le_bytes())
}
