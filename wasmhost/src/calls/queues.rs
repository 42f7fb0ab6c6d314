//! Shared queues.

use super::Call;
use crate::Status;

pub(super) fn register(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let name = call.bytes(0)?;
    let queue = call.guest().proxy.state().queues.register(&name);
    call.put(2, &queue.to_le_bytes())
}

/// The first two arguments name the `vm_id`; all VMs here have the same.
pub(super) fn resolve(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let name = call.bytes(2)?;
    let queue = call.guest().proxy.state().queues.resolve(&name)?;
    call.put(4, &queue.to_le_bytes())
}

pub(super) fn enqueue(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (queue, entry) = (call.word(0)?, call.bytes(1)?);
    call.guest().proxy.state().queues.enqueue(queue, &entry)
}

pub(super) fn dequeue(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let queue = call.word(0)?;
    let entry = call.guest().proxy.state().queues.dequeue(queue)?;
    call.give(1, &entry)
}
