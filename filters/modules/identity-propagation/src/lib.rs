//! Carry identity.
