//! What the properties share: an issuer with a fixed key, and a world in which nothing happens.

mod bench;
mod gateway;
mod issuer;
mod limiter;
mod oracle;
mod protobuf;

pub use bench::{Bench, LEEWAY_SECONDS};
pub use gateway::{API_KEY, Gateway, Outcome, configuration};
pub use issuer::{Issuer, rejected_keys};
pub use limiter::{COST, LEASE_BYTES, LISTED, Limiter, MOST};
pub use oracle::Expected;
pub use protobuf::number_in;

/// `iss` of the provider under test.
pub const ISSUER: &str = "https://issuer.test";

/// The audience of the provider under test.
pub const AUDIENCE: &str = "shop";
