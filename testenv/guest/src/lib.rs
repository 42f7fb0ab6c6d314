//! A module for tests: it answers each request with what `jose` makes of the signature in its body, when
//! Envoy's foreign function `verify_signature` does the arithmetic. It is never shipped.

#[cfg(target_family = "wasm")]
mod module;
#[cfg(target_family = "wasm")]
mod proxy;
