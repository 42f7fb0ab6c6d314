//! The calls of the proxy-wasm ABI 0.2.1 that we use, with every status as a value.
//!
//! With its child, which has the calls that are answered later, the only place in the workspace with `unsafe`. Two
//! reasons recur: a call into the proxy hands over pointers to live slices or locals, and a buffer that the proxy
//! returns was allocated in this module by its own request (`proxy_on_memory_allocate`) and is ours from then on.

#![expect(unsafe_code, reason = "the ABI is made of pointers and lengths; see above")]

mod calls;

use std::ptr;

use contract::{Duration, Head, HeadError, UnixTime, Version};

use crate::wire;

pub(crate) use calls::{
    Answer, GrpcAnswer, GrpcCall, call, deliver_answers, deliver_grpc_answers, grpc_call, is_sealed,
};

/// A status other than 0: the host did not do it. The number is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Failed(pub(crate) u32);

/// Statuses that mean something to us.
const NOT_FOUND: u32 = 1;
const CAS_MISMATCH: u32 = 8;

/// Header maps of a stream, and of the answer to a callout.
#[derive(Clone, Copy)]
pub(crate) enum Map {
    Request = 0,
    RequestTrailers = 1,
    Response = 2,
    ResponseTrailers = 3,
    Callout = 6,
}

/// Buffers.
#[derive(Clone, Copy)]
pub(crate) enum Buffer {
    CalloutBody = 4,
    GrpcMessage = 5,
    PluginConfiguration = 7,
}

/// Kinds of metric.
#[derive(Clone, Copy)]
pub(crate) enum Metric {
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}

/// Severity of a log line.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Info = 2,
    Warn = 3,
    Error = 4,
}

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, text: *const u8, length: usize) -> u32;
    fn proxy_get_current_time_nanoseconds(time: *mut u64) -> u32;
    fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        most: usize,
        data: *mut *mut u8,
        length: *mut usize,
    ) -> u32;
    fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, length: *mut usize) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_length: usize,
        value: *const u8,
        value_length: usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_length: usize,
        value: *const u8,
        value_length: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_length: usize) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_length: usize,
        body: *const u8,
        body_length: usize,
        headers: *const u8,
        headers_length: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_continue_stream(stream: u32) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_length: usize,
        data: *mut *mut u8,
        length: *mut usize,
    ) -> u32;
    fn proxy_set_property(
        path: *const u8,
        path_length: usize,
        value: *const u8,
        value_length: usize,
    ) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_length: usize,
        data: *mut *mut u8,
        length: *mut usize,
        version: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_length: usize,
        value: *const u8,
        value_length: usize,
        version: u32,
    ) -> u32;
    fn proxy_call_foreign_function(
        name: *const u8,
        name_length: usize,
        arguments: *const u8,
        arguments_length: usize,
        data: *mut *mut u8,
        length: *mut usize,
    ) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_length: usize, id: *mut u32) -> u32;
    fn proxy_increment_metric(id: u32, offset: i64) -> u32;
    fn proxy_record_metric(id: u32, value: u64) -> u32;
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn random_get(buffer: *mut u8, length: usize) -> u32;
}

/// The proxy's log. That a line was not written is nothing that a request should know.
pub(crate) fn log(level: Level, text: &str) {
    // SAFETY: pointer and length of a live slice, read during the call only.
    unsafe { proxy_log(level as u32, text.as_ptr(), text.len()) };
}

/// The proxy's clock.
pub(crate) fn now() -> Result<UnixTime, Failed> {
    let mut nanos = 0;
    // SAFETY: a live local, written during the call only.
    ok(unsafe { proxy_get_current_time_nanoseconds(&mut nanos) })?;
    Ok(UnixTime::from_nanos(nanos))
}

/// Unpredictable bytes.
pub(crate) fn random(buffer: &mut [u8]) -> Result<(), Failed> {
    // SAFETY: pointer and length of a live slice, written during the call only.
    ok(unsafe { random_get(buffer.as_mut_ptr(), buffer.len()) })
}

/// How often the root context is called.
pub(crate) fn set_tick(period: Duration) -> Result<(), Failed> {
    let millis = u32::try_from(period.as_millis()).unwrap_or(u32::MAX);
    // SAFETY: no pointers.
    ok(unsafe { proxy_set_tick_period_milliseconds(millis) })
}

/// At most `most` bytes of a buffer.
pub(crate) fn buffer(buffer: Buffer, most: usize) -> Result<Vec<u8>, Failed> {
    // SAFETY: live locals, written during the call only.
    owned(|data, length| unsafe { proxy_get_buffer_bytes(buffer as u32, 0, most, data, length) })
}

/// All fields of a header map.
pub(crate) fn headers(map: Map) -> Result<Result<Head, HeadError>, Failed> {
    // SAFETY: live locals, written during the call only.
    let bytes = owned(|data, length| unsafe { proxy_get_header_map_pairs(map as u32, data, length) })?;
    Ok(wire::decode(bytes))
}

/// Replace all fields of a name by one.
pub(crate) fn set_header(map: Map, name: &str, value: &str) -> Result<(), Failed> {
    // SAFETY: pointers and lengths of live slices, read during the call only.
    ok(unsafe {
        proxy_replace_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Add a field beside those of a name.
pub(crate) fn add_header(map: Map, name: &str, value: &str) -> Result<(), Failed> {
    // SAFETY: pointers and lengths of live slices, read during the call only.
    ok(unsafe {
        proxy_add_header_map_value(map as u32, name.as_ptr(), name.len(), value.as_ptr(), value.len())
    })
}

/// Remove all fields of a name. That there were none is a success to the host, too.
pub(crate) fn remove_header(map: Map, name: &[u8]) -> Result<(), Failed> {
    // SAFETY: pointer and length of a live slice, read during the call only.
    ok(unsafe { proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) })
}

/// Answer the request here.
pub(crate) fn reply(
    status: u16,
    grpc_status: u32,
    details: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<(), Failed> {
    let headers = wire::encode(headers);
    // SAFETY: pointers and lengths of live slices, read during the call only.
    ok(unsafe {
        proxy_send_local_response(
            u32::from(status),
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            grpc_status.cast_signed(),
        )
    })
}

/// Let a paused request go on.
pub(crate) fn continue_request() -> Result<(), Failed> {
    const REQUEST: u32 = 0;
    // SAFETY: no pointers.
    ok(unsafe { proxy_continue_stream(REQUEST) })
}

/// Make the calls that follow speak for another context.
pub(crate) fn speak_for(context: u32) -> Result<(), Failed> {
    // SAFETY: no pointers.
    ok(unsafe { proxy_set_effective_context(context) })
}

/// A property of the request or connection; `None` when it has no value.
pub(crate) fn property(path: &[&str]) -> Option<Vec<u8>> {
    property_or_failure(path)?.ok()
}

/// A property of the request; `None` when it has no value, a failure when it has one that the proxy cannot
/// say.
pub(crate) fn property_or_failure(path: &[&str]) -> Option<Result<Vec<u8>, Failed>> {
    let path = path.join("\0");
    // SAFETY: pointer and length of a live slice and live locals, used during the call only.
    match owned(|data, length| unsafe { proxy_get_property(path.as_ptr(), path.len(), data, length) }) {
        Err(Failed(NOT_FOUND)) => None,
        outcome => Some(outcome),
    }
}

/// Put a value into the filter state of the request.
pub(crate) fn set_property(path: &str, value: &[u8]) -> Result<(), Failed> {
    // SAFETY: pointers and lengths of live slices, read during the call only.
    ok(unsafe { proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) })
}

/// A shared value; `None` when there is none.
pub(crate) fn shared(key: &str) -> Result<Option<(Vec<u8>, Version)>, Failed> {
    let mut version = 0;
    // SAFETY: pointer and length of a live slice and live locals, used during the call only.
    let value = owned(|data, length| unsafe {
        proxy_get_shared_data(key.as_ptr(), key.len(), data, length, &mut version)
    });
    match value {
        Ok(value) => Ok(Some((value, Version(version)))),
        Err(Failed(NOT_FOUND)) => Ok(None),
        Err(failed) => Err(failed),
    }
}

/// Write a shared value if it still has `expected`; `Ok(false)` when it has not.
pub(crate) fn set_shared(key: &str, value: &[u8], expected: Version) -> Result<bool, Failed> {
    // SAFETY: pointers and lengths of live slices, read during the call only.
    let status =
        unsafe { proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), expected.0) };
    match ok(status) {
        Ok(()) => Ok(true),
        Err(Failed(CAS_MISMATCH)) => Ok(false),
        Err(failed) => Err(failed),
    }
}

/// Call a function that the proxy offers beyond the ABI, by its name.
pub(crate) fn foreign_function(name: &str, arguments: &[u8]) -> Result<Vec<u8>, Failed> {
    // SAFETY: pointers and lengths of live slices and live locals, used during the call only.
    owned(|data, length| unsafe {
        proxy_call_foreign_function(
            name.as_ptr(),
            name.len(),
            arguments.as_ptr(),
            arguments.len(),
            data,
            length,
        )
    })
}

/// Define a metric.
pub(crate) fn define(kind: Metric, name: &str) -> Result<u32, Failed> {
    let mut id = 0;
    // SAFETY: pointer and length of a live slice and a live local, used during the call only.
    ok(unsafe { proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &mut id) })?;
    Ok(id)
}

/// Count `by` more.
pub(crate) fn increment(id: u32, by: i64) {
    // SAFETY: no pointers. A count that is lost is nothing that a request should know.
    unsafe { proxy_increment_metric(id, by) };
}

/// Set a gauge, or add a value to a histogram.
pub(crate) fn record(id: u32, value: u64) {
    // SAFETY: no pointers. A value that is lost is nothing that a request should know.
    unsafe { proxy_record_metric(id, value) };
}

fn ok(status: u32) -> Result<(), Failed> {
    if status == 0 { Ok(()) } else { Err(Failed(status)) }
}

/// A buffer that the proxy has filled. It allocated it in this module, with the length as its capacity.
fn owned(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Result<Vec<u8>, Failed> {
    let mut data: *mut u8 = ptr::null_mut();
    let mut length = 0;
    ok(call(&mut data, &mut length))?;
    if data.is_null() || length == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: `data` came from `proxy_on_memory_allocate(length)`, which leaks a boxed slice of that many
    // bytes, and the host keeps no copy of the pointer.
    Ok(unsafe { Vec::from_raw_parts(data, length, length) })
}
