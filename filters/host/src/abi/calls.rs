//! Calls to other services, which the proxy answers later.
//!
//! The SDK exports callbacks for the answers that know only the calls which the SDK has started (one of them panics
//! on others), and its functions to start one panic on statuses that they do not expect. So the calls are ours, and
//! so are their answers: these are exported under names as long as the SDK's, and `scripts/seal.mjs` exchanges them
//! in the built module.

use std::cell::Cell;
use std::ptr;

use contract::Duration;

use super::{Failed, ok};
use crate::wire;

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

/// The answer to a gRPC call.
#[derive(Clone, Copy)]
pub(crate) struct GrpcAnswer {
    /// The root context that has made the call.
    pub(crate) context: u32,
    /// The number that the host gave the call.
    pub(crate) token: u32,
    /// Bytes of the message, or the gRPC status with which the call has ended without one.
    pub(crate) outcome: Result<usize, u32>,
}

/// A gRPC call.
#[derive(Clone, Copy)]
pub(crate) struct GrpcCall<'a> {
    /// A serialized `envoy.config.core.v3.GrpcService`. Never the bare name of a cluster: Envoy takes a name whose
    /// bytes can be read as that message for one, and aborts.
    pub(crate) upstream: &'a [u8],
    pub(crate) service: &'a str,
    pub(crate) method: &'a str,
    pub(crate) message: &'a [u8],
    pub(crate) timeout: Duration,
}

thread_local! {
    static DELIVER: Cell<Option<fn(Answer)>> = const { Cell::new(None) };
    static DELIVER_GRPC: Cell<Option<fn(GrpcAnswer)>> = const { Cell::new(None) };
}

#[link(wasm_import_module = "env")]
unsafe extern "C" {
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
    fn proxy_grpc_call(
        upstream: *const u8,
        upstream_length: usize,
        service: *const u8,
        service_length: usize,
        method: *const u8,
        method_length: usize,
        metadata: *const u8,
        metadata_length: usize,
        message: *const u8,
        message_length: usize,
        timeout_millis: u32,
        token: *mut u32,
    ) -> u32;
}

/// Start an HTTP call. The answer comes to [`watch_on_http_call_response`].
pub(crate) fn call(cluster: &str, headers: &[(&str, &str)], timeout: Duration) -> Result<u32, Failed> {
    let headers = wire::encode(headers);
    let (trailers, body) = (wire::encode(&[]), ptr::null());
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
            millis(timeout),
            &mut token,
        )
    })?;
    Ok(token)
}

/// Start a gRPC call without metadata. The answer comes to [`watch_on_grpc_receive`], or the end without one to
/// [`watch_on_grpc_close`].
pub(crate) fn grpc_call(call: GrpcCall<'_>) -> Result<u32, Failed> {
    let GrpcCall { upstream, service, method, message, timeout } = call;
    let metadata = wire::encode(&[]);
    let mut token = 0;
    // SAFETY: pointers and lengths of live slices and of a live local, used during the call only.
    ok(unsafe {
        proxy_grpc_call(
            upstream.as_ptr(),
            upstream.len(),
            service.as_ptr(),
            service.len(),
            method.as_ptr(),
            method.len(),
            metadata.as_ptr(),
            metadata.len(),
            message.as_ptr(),
            message.len(),
            millis(timeout),
            &mut token,
        )
    })?;
    Ok(token)
}

fn millis(timeout: Duration) -> u32 {
    u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX)
}

/// The answer to an HTTP call.
#[unsafe(no_mangle)]
extern "C" fn watch_on_http_call_response(context: u32, token: u32, headers: usize, body: usize, _: usize) {
    if let Some(deliver) = DELIVER.get() {
        deliver(Answer { context, token, headers, body });
    }
}

/// The message that answers a gRPC call.
#[unsafe(no_mangle)]
extern "C" fn watch_on_grpc_receive(context: u32, token: u32, bytes: usize) {
    if let Some(deliver) = DELIVER_GRPC.get() {
        deliver(GrpcAnswer { context, token, outcome: Ok(bytes) });
    }
}

/// The end of a gRPC call that has brought no message.
#[unsafe(no_mangle)]
extern "C" fn watch_on_grpc_close(context: u32, token: u32, status: u32) {
    if let Some(deliver) = DELIVER_GRPC.get() {
        deliver(GrpcAnswer { context, token, outcome: Err(status) });
    }
}

/// Deliver the answers to HTTP calls to `deliver`.
pub(crate) fn deliver_answers(deliver: fn(Answer)) {
    DELIVER.set(Some(deliver));
}

/// Deliver the answers to gRPC calls to `deliver`.
pub(crate) fn deliver_grpc_answers(deliver: fn(GrpcAnswer)) {
    DELIVER_GRPC.set(Some(deliver));
}

/// Whether this module was sealed, so that its answers come here.
pub(crate) fn is_sealed() -> bool {
    // SAFETY: a live static. Volatile, because it is changed after the compiler has seen it.
    let seal = unsafe { ptr::read_volatile(&raw const SEAL) };
    seal.ends_with(b"sealed")
}

/// `scripts/seal.mjs` finds these bytes in the built module and makes them `watchword:sealed`.
static SEAL: [u8; 16] = *b"watchword:open!!";
