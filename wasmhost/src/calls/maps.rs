//! Header maps.

use super::Call;
use crate::{Headers, Status};

const REQUEST_HEADERS: u32 = 0;
const REQUEST_TRAILERS: u32 = 1;
const RESPONSE_HEADERS: u32 = 2;
const RESPONSE_TRAILERS: u32 = 3;
const CALLOUT_HEADERS: u32 = 6;
const CALLOUT_TRAILERS: u32 = 7;

pub(super) fn pairs(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let pairs = map(call)?.encode();
    call.give(1, &pairs)
}

pub(super) fn set_pairs(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let pairs = Headers::decode(&call.bytes(1)?).ok_or(Status::BAD_ARGUMENT)?;
    *map(call)? = pairs;
    Ok(())
}

/// The first of several fields, as Envoy does.
pub(super) fn value(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let name = call.bytes(1)?;
    let value = map(call)?.value(&name).ok_or(Status::NOT_FOUND)?.to_vec();
    call.give(3, &value)
}

pub(super) fn replace(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (name, value) = (call.bytes(1)?, call.bytes(3)?);
    map(call)?.replace(&name, &value);
    Ok(())
}

pub(super) fn add(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let (name, value) = (call.bytes(1)?, call.bytes(3)?);
    map(call)?.add(name, value);
    Ok(())
}

pub(super) fn remove(call: &mut Call<'_, '_>) -> Result<(), Status> {
    let name = call.bytes(1)?;
    map(call)?.remove(&name);
    Ok(())
}

/// The map that the first argument names, if the proxy lends it at this moment.
fn map<'a>(call: &'a mut Call<'_, '_>) -> Result<&'a mut Headers, Status> {
    let kind = call.word(0)?;
    let guest = call.guest();
    let map = match kind {
        REQUEST_HEADERS => guest.stream()?.request.lent_headers(),
        REQUEST_TRAILERS => guest.stream()?.request.lent_trailers(),
        RESPONSE_HEADERS => guest.stream()?.response.lent_headers(),
        RESPONSE_TRAILERS => guest.stream()?.response.lent_trailers(),
        CALLOUT_HEADERS => guest.callout_answer.as_mut().map(|answer| &mut answer.headers),
        CALLOUT_TRAILERS => guest.callout_answer.as_mut().map(|answer| &mut answer.trailers),
        _ => None,
    };
    map.ok_or(Status::BAD_ARGUMENT)
}
