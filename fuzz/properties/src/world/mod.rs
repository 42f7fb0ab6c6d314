//! What the properties share: an issuer with a fixed key, and a world in which nothing happens.

mod bench;
mod gateway;
mod issuer;
mod left;
mod limiter;
mod memory;
mod oracle;
mod protobuf;
mod sent;
mod sidecar;

pub use bench::{Bench, LEEWAY_SECONDS};
pub use gateway::{API_KEY, Gateway, Outcome, configuration, lean_configuration};
pub use issuer::{Issuer, rejected_keys};
pub use left::{assert_clean, assert_refusal, assert_without, left, written};
pub use limiter::{COST, LEASE_BYTES, LISTED, Limiter, MOST};
pub use memory::SharedMemory;
pub use oracle::Expected;
pub use protobuf::number_in;
pub use sent::{Sent, Token};
pub use sidecar::{EDGE, EDGE_ISSUER, GATEWAY, TRUST_DOMAIN, broken, sidecar_configuration};

/// `iss` of the provider under test.
pub const ISSUER: &str = "https://issuer.test";

/// The audience of the provider under test.
pub const AUDIENCE: &str = "shop";
