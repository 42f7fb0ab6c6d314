//! Global limits: engines that count for many proxies, asked in Envoy's rate limit protocol
//! (`envoy.service.ratelimit.v3`).
//!
//! ```text
//! key ──entries──> descriptor ──service──> Call            who is counted, in the engine's words
//! answer ──ruling──> Ruling                                read with suspicion
//! Ruling ──lease──> Lease                                  what may be spent here before asking again
//! ```
//!
//! An engine that does not answer in time, answers nonsense, or was not asked because it failed before, has decided
//! nothing: `when_down` of the limit says what becomes of the request then.

mod breaker;
mod config;
mod counter;
mod lease;
mod message;
mod ruling;
mod service;

pub(crate) use config::{Global, RawGlobal, RawService, WhenDown};
pub(crate) use counter::{Counting, GlobalCounter, Question};
pub(crate) use service::{EngineError, Service};
