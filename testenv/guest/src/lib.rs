//! A module for tests: it answers each request with what Envoy tells it. Of a signature in the body of the
//! request, that is what `jose` makes of it when Envoy's foreign function `verify_signature` does the
//! arithmetic; of the path of a property, its bytes. It is never shipped.

#[cfg(target_family = "wasm")]
mod module;
#[cfg(target_family = "wasm")]
mod proxy;
