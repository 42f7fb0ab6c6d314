//! A module for tests: another plugin of the proxy that may write to the memory which Watchword's workers
//! share, and does so on every tick. It is never shipped.

#[cfg(target_family = "wasm")]
mod key_set;
#[cfg(target_family = "wasm")]
mod module;
#[cfg(target_family = "wasm")]
mod slots;
