//! Decide with Cedar.
