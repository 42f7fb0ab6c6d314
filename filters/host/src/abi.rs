//! The calls of the proxy-wasm ABI 0.2.1 that we use, with every status as a value.
//!
//! The only file of the workspace with `unsafe`. Two reasons recur: a call into the proxy hands over
//! pointers to live slices or locals, and a buffer that the proxy returns was allocated in this module by
//! its own request (`proxy_on_memory_allocate`) and is ours from then on.

#![expect(unsafe_code, reason = "the ABI is made of pointers and lengths; see above")]

use std::cell::Cell;
use std::ptr;

use contract::{Duration, Head, HeadError, UnixTime, Version};

use crate::wire;

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

/// The answer to an HTTP call.
#[derive(Clone, Copy)]
pub(crate) struct Answer {
    /// The root context that has made the call.
    pub(crate) context: u32,
    /// The number that the host gave the call.
    pub(crate) token: u32,
    /// How many header fields it has: none when the call has failed.
    pub(crate) headers: usize,
    /// Bytes of its body.
    pub(crate) body: usize,
}

thread_local! {
    static DELIVER: Cell<Option<fn(Answer)>> = const { Cell::new(None) };
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
    fn proxy_http_call(
        cluster: *const u8,
        cluster_length: usize,
        headers: *const u8,
        headers_length: usize,
        body: *const u8,
        body_length: usize,
        trailers: *const u8,
        trailers_length: usize,
        timeout_millis: u32,
        token: *mut u32,
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

/// Start an HTTP call. The answer comes to [`watch_on_http_call_response`].
pub(crate) fn call(cluster: &str, headers: &[(&str, &str)], timeout: Duration) -> Result<u32, Failed> {
    let headers = wire::encode(headers);
    let (trailers, body) = (wire::encode(&[]), ptr::null());
    let millis = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
    let mut token = 0;
    // SAFETY: pointers and lengths of live slices, of an empty body, and of a live local, used during the
    // call only.
    ok(unsafe {
        proxy_http_call(
            cluster.as_ptr(),
            cluster.len(),
            headers.as_ptr(),
            headers.len(),
            body,
            0,
            trailers.as_ptr(),
            trailers.len(),
            millis,
            &mut token,
        )
    })?;
    Ok(token)
}

/// The answer to an HTTP call.
///
/// The SDK exports a callback for it that panics on calls which the SDK has not started, and its function to
/// start one panics on statuses that it does not expect. So the call is ours, and so is its answer: this is
/// exported under a name as long as the SDK's, and `scripts/seal.mjs` exchanges the two in the built module.
#[unsafe(no_mangle)]
extern "C" fn watch_on_http_call_response(context: u32, token: u32, headers: usize, body: usize, _: usize) {
    if let Some(deliver) = DELIVER.get() {
        deliver(Answer { context, token, headers, body });
    }
}

/// Deliver the answers to HTTP calls to `deliver`.
pub(crate) fn deliver_answers(deliver: fn(Answer)) {
    DELIVER.set(Some(deliver));
}

/// Whether this module was sealed, so that an answer does not end in the SDK's panic.
pub(crate) fn is_sealed() -> bool {
    // SAFETY: a live static. Volatile, because it is changed after the compiler has seen it.
    let seal = unsafe { ptr::read_volatile(&raw const SEAL) };
    seal.ends_with(b"sealed")
}

/// `scripts/seal.mjs` finds these bytes in the built module and makes them `watchword:sealed`.
static SEAL: [u8; 16] = *b"watchword:open!!";

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
