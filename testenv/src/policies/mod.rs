//! A server of policy bundles: good ones, and every kind of bad one.
//!
//! It shares no code with the filters, so that a mistake in reading bundles cannot hide behind the same mistake
//! in making them.

mod draft;
mod server;
mod shelf;

pub use draft::Draft;
pub use server::PolicyServer;
pub use shelf::Answered;
