//! A proxy in one's own process: loads a built proxy-wasm module (ABI 0.2.1) and does for it what Envoy
//! does, in an interpreter, with time, randomness, shared memory and every fault in the hands of who runs it:
//! a test, or the command line tool.
//!
//! ```text
//! Module ──start──> Vm ──configure, request, tick, answer──> Outcome
//!            Proxy ──┘   what the workers of one proxy share: clock, shared data, queues, metrics, log
//! ```
//!
//! Where hosts may differ it does as Envoy 1.40 was measured to do: an insert into shared data ignores the
//! version, headers and trailers are readable only until they go on, the plugin's configuration only by the
//! root context that is being configured, a lookup by name gives the first of several fields. A [`Vm`] is one worker; it may be moved to a thread of its own.

#![forbid(unsafe_code)]

pub mod built;
mod calls;
mod cost;
mod faults;
mod guest;
mod headers;
mod module;
mod outcome;
mod proxy;
mod queues;
mod requests;
mod shared_data;
mod status;
mod stream;
mod trap;
mod vm;

pub use cost::Cost;
pub use faults::Faults;
pub use guest::{Callout, CalloutAnswer, Question};
pub use headers::Headers;
pub use module::{Import, LoadError, Module};
pub use outcome::{Action, Outcome, Reply, Request, Violation};
pub use proxy::{ForeignFunction, LogLine, Proxy};
pub use requests::StreamId;
pub use status::Status;
pub use trap::Trap;
pub use vm::Vm;
