//! Verify tokens.
