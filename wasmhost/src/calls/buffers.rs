//! Buffers: bodies and configurations.

use super::Call;
use crate::Status;

const REQUEST_BODY: u32 = 0;
const RESPONSE_BODY: u32 = 1;
const CALLOUT_BODY: u32 = 4;
const GRPC_MESSAGE: u32 = 5;
const VM_CONFIGURATION: u32 = 6;
const PLUGIN_CONFIGURATION: u32 = 7;

pub(super) fn get(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let kind = call.word(0)?;
    let bytes = window(&buffer(call, kind)?, call.word(1)?, call.word(2)?);
    call.give(3, &bytes)
}

/// Replace a part of a body. Configurations and answers are not the module's to change.
pub(super) fn set(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (kind, start, length) = (call.word(0)?, call.word(1)?, call.word(2)?);
    let replacement = call.bytes(3)?;
    let stream = call.guest().stream()?;
    let half = match kind {
        REQUEST_BODY => &mut stream.request,
        RESPONSE_BODY => &mut stream.response,
        _ => return Err(Status::BAD_ARGUMENT),
    };
    let body = half.body.as_mut().ok_or(Status::NOT_FOUND)?;
    let range = range(body.len(), start, length);
    body.splice(range, replacement);
    Ok(())
}

fn buffer(call: &mut Call<'_, '_>, kind: u32) -> Result<Vec<u8>, Status> {
    let guest = call.guest();
    let buffer = match kind {
        REQUEST_BODY => guest.stream()?.request.body.clone(),
        RESPONSE_BODY => guest.stream()?.response.body.clone(),
        CALLOUT_BODY => guest.callout_answer.as_ref().map(|answer| answer.body.clone()),
        GRPC_MESSAGE => guest.grpc_message.clone(),
        VM_CONFIGURATION => Some(Vec::new()),
        PLUGIN_CONFIGURATION => guest.plugin_configuration().cloned(),
        _ => return Err(Status::BAD_ARGUMENT),
    };
    buffer.ok_or(Status::NOT_FOUND)
}

fn window(bytes: &[u8], start: u32, length: u32) -> Vec<u8> {
    bytes.get(range(bytes.len(), start, length)).unwrap_or_default().to_vec()
}

fn range(size: usize, start: u32, length: u32) -> std::ops::Range<usize> {
    let index = |word: u32| usize::try_from(word).unwrap_or(usize::MAX);
    let start = index(start).min(size);
    start..start.saturating_add(index(length)).min(size)
}
