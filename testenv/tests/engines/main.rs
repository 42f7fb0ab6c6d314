//! Global limits, against engines that work and engines that do not.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

mod asked;
mod breaker;
mod clusters;
mod edge;
mod fault;
mod faults;
mod leases;
mod load;
mod native;
mod pushed;
mod real;
mod shop;
mod together;
mod waits;
