//! What is told of requests beyond their counts, and how often.

use contract::HeaderName;

/// What the configuration lets be seen of requests.
#[derive(Debug)]
pub struct Observe {
    pub(crate) claims: Vec<String>,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) allows_one_in: u32,
    pub(crate) stage_times_one_in: u32,
    pub(crate) peers: bool,
}

/// One member of the decision record as a filter state of its own, for trace tags and columns of access logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// The name of the route.
    Route,
    /// Who has refused or answered.
    Stage,
    /// Why it was refused.
    Reason,
}

impl Observe {
    /// Of how many requests that were let pass one is logged; 0 for none.
    pub const fn allows_one_in(&self) -> u32 {
        self.allows_one_in
    }

    /// Of how many requests the time in each stage is measured for one; 0 for none.
    pub const fn stage_times_one_in(&self) -> u32 {
        self.stage_times_one_in
    }

    /// Whether requests are counted by how their connection is protected.
    pub const fn peers(&self) -> bool {
        self.peers
    }

    /// What is told as a filter state of its own.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

impl Tag {
    /// The member of the record.
    pub const fn member(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::Stage => "stage",
            Self::Reason => "reason",
        }
    }

    /// The key in the filter state. Envoy puts `wasm.` before what a module writes.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Route => "watchword.route",
            Self::Stage => "watchword.stage",
            Self::Reason => "watchword.reason",
        }
    }
}
