//! The issuer of users' tokens: good ones, and every kind of bad one.
//!
//! It shares no code with the filters, so that a mistake in reading JOSE cannot hide behind the same
//! mistake in writing it.

mod flaw;
mod keys;
mod mint;
mod server;
mod token;

pub use flaw::Flaw;
pub(crate) use keys::encode;
pub use keys::{Algorithm, Key};
pub use server::Issuer;
pub use token::TokenRequest;
