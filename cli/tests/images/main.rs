//! Images of modules, as a user makes, moves and judges them.
//!
//! What needs nothing but the tool is tested here each time. The gate `ship.oci` counts that and what needs a
//! registry, a reader and a verifier that are not ours; `scripts/test package` brings them.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod gate;
mod keys;
mod layout;
mod layouts;
mod registries;
mod registry;
mod signatures;
mod support;
