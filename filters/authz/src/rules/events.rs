//! What is counted and told of a bundle, by the names of counters and gauges.

/// The names for one bundle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Events {
    /// A version was put in force.
    pub(super) taken: &'static str,
    /// A version was signed by the right one, and does not compile.
    pub(crate) refused: &'static str,
    /// The version in force.
    pub(super) version: &'static str,
    /// For how long nobody has confirmed that one.
    pub(super) age_seconds: &'static str,
}

impl Events {
    /// Of the bundle that decides.
    pub(crate) const ACTIVE: Self = Self {
        taken: "authz.bundle.taken",
        refused: "authz.bundle.refused",
        version: "authz.bundle.version",
        age_seconds: "authz.bundle.age_seconds",
    };

    /// Of the one that is judged beside it: a gauge says one thing.
    pub(crate) const CANDIDATE: Self = Self {
        taken: "authz.candidate.bundle.taken",
        refused: "authz.candidate.bundle.refused",
        version: "authz.candidate.bundle.version",
        age_seconds: "authz.candidate.bundle.age_seconds",
    };
}
