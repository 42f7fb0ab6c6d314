//! What the fuzz targets share: an issuer with a fixed key, and a world in which nothing happens.
//!
//! A target states what must hold for every input. It decides by the input alone, so that what it finds is
//! found again.

mod gateway;
mod issuer;
mod limiter;
mod oracle;
mod protobuf;
mod world;

pub use gateway::{API_KEY, Gateway, Outcome, configuration};
pub use issuer::{Issuer, rejected_keys};
pub use limiter::{COST, LEASE_BYTES, LISTED, Limiter, MOST};
pub use oracle::Expected;
pub use protobuf::number_in;
pub use world::{Bench, LEEWAY_SECONDS};

/// `iss` of the provider under test.
pub const ISSUER: &str = "https://issuer.test";

/// The audience of the provider under test.
pub const AUDIENCE: &str = "shop";
