//! Which bundles are wanted.

use std::fmt;

use jose::Algorithm;

use crate::{BundleName, BundleNameError};

/// What a bundle must be to be taken, beside signed by one of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    name: BundleName,
    min_version: u64,
    algorithms: Vec<Algorithm>,
}

/// Why there is no such trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustError {
    /// The name is none.
    Name(BundleNameError),
    /// The lowest version is 0, which no bundle has.
    MinVersionZero,
    /// No algorithm.
    NoAlgorithm,
    /// Whoever verifies with it could sign with it.
    AlgorithmSymmetric(Algorithm),
}

impl Trust {
    /// Take the bundle `name` from `min_version` on, signed with one of `algorithms`, the preferred first as
    /// [`jose::KeySet::verify`] has it.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(name: &str, min_version: u64, algorithms: Vec<Algorithm>) -> Result<Self, TrustError> {
        let name = BundleName::parse(name).map_err(TrustError::Name)?;
        if min_version == 0 {
            return Err(TrustError::MinVersionZero);
        }
        if algorithms.is_empty() {
            return Err(TrustError::NoAlgorithm);
        }
        match algorithms.iter().find(|algorithm| algorithm.is_symmetric()) {
            Some(symmetric) => Err(TrustError::AlgorithmSymmetric(*symmetric)),
            None => Ok(Self { name, min_version, algorithms }),
        }
    }

    /// Which bundle. Another one that the same key has signed is refused.
    pub const fn name(&self) -> &BundleName {
        &self.name
    }

    /// The lowest version that is taken: what a replay can bring back at worst.
    pub const fn min_version(&self) -> u64 {
        self.min_version
    }

    /// The algorithms that are taken.
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }
}

impl TrustError {
    /// The field of a configuration that is wrong.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Name(_) => "name",
            Self::MinVersionZero => "min_version",
            Self::NoAlgorithm | Self::AlgorithmSymmetric(_) => "algorithms",
        }
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(error) => error.fmt(f),
            Self::MinVersionZero => f.write_str("must be 1 or more: no bundle has the version 0"),
            Self::NoAlgorithm => f.write_str("must name at least one"),
            Self::AlgorithmSymmetric(algorithm) => {
                write!(f, "`{}` is symmetric: every proxy could sign policies", algorithm.name())
            }
        }
    }
}

impl std::error::Error for TrustError {}
