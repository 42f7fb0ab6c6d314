//! All stages in one module.
