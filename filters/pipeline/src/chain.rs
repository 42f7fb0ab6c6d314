//! Whether a module decides alone or as one of several.

/// How a module stands in the proxy's chain of filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// All stages are in this module: every provider that a route names must be one of its own.
    Whole,
    /// One stage of several: it takes over the identity that an earlier module has verified, through
    /// filter state, and hands its own on.
    Link,
}
