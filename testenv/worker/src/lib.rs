//! One worker of a proxy in the own process: the built modules in [`wasmhost`], with the configurations that are
//! shipped, and an issuer whose tokens are the same bytes in every run. What requests cost is counted with it, and what
//! hostile ones can do to time and memory.

#![forbid(unsafe_code)]

pub mod issuer;
pub mod requests;
pub mod shipped;
mod signatures;
mod worker;

pub use worker::{Seen, Signatures, Worker, upstream};
