//! What a call to the host answers.

/// The status of a hostcall, or the `errno` of a call of WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Status(pub u32);

impl Status {
    /// Done.
    pub const OK: Self = Self(0);
    /// There is no such thing.
    pub const NOT_FOUND: Self = Self(1);
    /// An argument that means nothing, or a map that is not there at this moment.
    pub const BAD_ARGUMENT: Self = Self(2);
    /// A pointer outside of the module's memory.
    pub const INVALID_MEMORY_ACCESS: Self = Self(6);
    /// A queue without an entry.
    pub const EMPTY: Self = Self(7);
    /// Somebody else has written in between.
    pub const CAS_MISMATCH: Self = Self(8);
    /// The host failed.
    pub const INTERNAL_FAILURE: Self = Self(10);

    /// Every status of ABI 0.2.1 other than [`Self::OK`].
    pub fn failures() -> impl Iterator<Item = Self> {
        (1..=12).map(Self)
    }
}
