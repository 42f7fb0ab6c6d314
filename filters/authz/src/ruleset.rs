//! Everything that decides, of one version.

use crate::cache::Cache;
use crate::engine::{Policies, Store};
use crate::principal::Principals;
use crate::question::Asked;

/// Policies, the entities they speak of, and how requests become questions to them: compiled together, and
/// exchanged only together, so that no request is decided by a mix.
#[derive(Debug)]
pub(crate) struct Ruleset {
    pub(crate) policies: Policies,
    pub(crate) store: Store,
    pub(crate) principals: Principals,
    /// By [`contract::RouteId`].
    pub(crate) routes: Vec<Asked>,
    /// Of the bundle that they are from.
    pub(crate) version: Option<u64>,
    /// Answers that they have given.
    pub(crate) cache: Cache,
}

impl Ruleset {
    /// The same, from a bundle of this version.
    #[must_use]
    pub(crate) fn of_version(self, version: u64) -> Self {
        Self { version: Some(version), ..self }
    }
}
