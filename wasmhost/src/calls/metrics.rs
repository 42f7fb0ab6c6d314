//! Metrics. A metric's number is its place in the list.

use super::Call;
use crate::Status;
use crate::proxy::Metric;

const COUNTER: u32 = 0;
const KINDS: u32 = 3;

pub(super) fn define(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (kind, name) = (call.word(0)?, call.bytes(1)?);
    if kind >= KINDS {
        return Err(Status::BAD_ARGUMENT);
    }
    let name = String::from_utf8_lossy(&name).into_owned();
    let index = {
        let metrics = &mut call.guest().proxy.state().metrics;
        let known = metrics.iter().position(|metric| metric.name == name);
        known.unwrap_or_else(|| {
            metrics.push(Metric { kind, name, value: 0 });
            metrics.len() - 1
        })
    };
    let id = u32::try_from(index).map_err(|_| Status::INTERNAL_FAILURE)?;
    call.put(3, &id.to_le_bytes())
}

pub(super) fn get(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let value = with_metric(call, |metric| Ok(metric.value))?;
    call.put(1, &value.to_le_bytes())
}

pub(super) fn record(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let value = call.long(1)?.cast_unsigned();
    with_metric(call, |metric| {
        metric.value = value;
        Ok(())
    })
}

/// A counter only goes up.
pub(super) fn increment(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let offset = call.long(1)?;
    with_metric(call, |metric| {
        if metric.kind == COUNTER && offset < 0 {
            return Err(Status::BAD_ARGUMENT);
        }
        metric.value = metric.value.wrapping_add_signed(offset);
        Ok(())
    })
}

fn with_metric<T>(
    call: &mut Call<'_, '_>,
    work: impl FnOnce(&mut Metric) -> Result<T, Status>,
) -> Result<T, Status> {
    let index = usize::try_from(call.word(0)?).map_err(|_| Status::NOT_FOUND)?;
    work(call.guest().proxy.state().metrics.get_mut(index).ok_or(Status::NOT_FOUND)?)
}
