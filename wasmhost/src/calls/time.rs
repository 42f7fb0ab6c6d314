//! The clock and the tick.

use std::time::Duration;

use super::Call;
use crate::Status;

pub(super) fn now(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let now = call.guest().proxy.state().now;
    call.put(0, &now.to_le_bytes())
}

pub(super) fn set_tick_period(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let period = Duration::from_millis(u64::from(call.word(0)?));
    call.guest().tick = (!period.is_zero()).then_some(period);
    Ok(())
}
