//! The attacks, by where the attacker stands.

pub mod application;
pub mod client;
pub mod formats;
pub mod neighbour;
pub mod plugin;
pub mod tracer;
