//! A module for tests: it answers each request with what one local limit costs in the engine of the proxy,
//! beside a bare read and write of the memory that the workers share. It is never shipped.

#[cfg(target_family = "wasm")]
mod bare;
#[cfg(target_family = "wasm")]
mod limit;
#[cfg(target_family = "wasm")]
mod measure;
#[cfg(target_family = "wasm")]
mod module;
// What the host of the shipped modules does is part of what a limit costs.
#[cfg(target_family = "wasm")]
#[path = "../../../filters/host/src/named_metrics.rs"]
mod named_metrics;
#[cfg(target_family = "wasm")]
mod proxy;
