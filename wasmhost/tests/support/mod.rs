//! What the tests of this package share.

pub mod modules;
pub mod shop;
