//! What must hold for every input. A property is a function of bytes that panics when it does not hold.
//!
//! It decides by the bytes alone, so that what is found is found again: by the fuzzer, and by the test that asks every
//! property about the seeds and about what the fuzzer has found worth keeping.

// `xfcc` takes a file of `identity`, and would take its tests too where clippy asks for those of this crate.
#![cfg(not(test))]

mod bundle;
mod claims;
mod configuration;
mod engine;
mod issuer;
mod key_set;
mod memory;
mod path;
mod request;
mod sidecar;
mod spiffe_id;
mod token;
pub mod world;
mod xfcc;

pub use self::bundle::property as bundle;
pub use claims::property as claims;
pub use configuration::property as configuration;
pub use engine::property as engine;
pub use issuer::property as issuer;
pub use key_set::property as key_set;
pub use memory::property as memory;
pub use path::property as path;
pub use request::property as request;
pub use sidecar::property as sidecar;
pub use spiffe_id::property as spiffe_id;
pub use token::property as token;
pub use xfcc::property as xfcc;

/// Panics when it does not hold for the bytes.
pub type Property = fn(&[u8]);

/// All of them. The name is that of the file, of the fuzz target, and of the folders with inputs.
pub const PROPERTIES: [(&str, Property); 13] = [
    ("bundle", bundle),
    ("claims", claims),
    ("configuration", configuration),
    ("engine", engine),
    ("issuer", issuer),
    ("key_set", key_set),
    ("memory", memory),
    ("path", path),
    ("request", request),
    ("sidecar", sidecar),
    ("spiffe_id", spiffe_id),
    ("token", token),
    ("xfcc", xfcc),
];
