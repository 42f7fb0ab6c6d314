//! A module for tests: a filter that lets every request and every answer pass and looks at nothing. What it costs is
//! what any filter in WebAssembly costs before it does something. It is never shipped.

#[cfg(target_family = "wasm")]
mod module;
