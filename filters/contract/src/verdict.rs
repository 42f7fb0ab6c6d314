//! What a stage says about a request.

use std::rc::Rc;

use crate::{Answer, Aside, Ask, AtEnd, Duration, Edits, Facts, Identity, Peer, Refusal};

/// The verdict of one stage. It is data: only the host performs it, in one place.
#[derive(Debug)]
pub enum Verdict {
    /// This stage has no objection.
    Forward(Forward),
    /// This stage cannot say yet. Ask it again when something has come in, until the deadline is over.
    Wait(Wait),
    /// Somebody else must be asked first, and the stage goes on from there.
    Ask(Box<Ask>),
    /// This stage answers the request itself, and nobody behind it gets it. Of the last phase only: an
    /// answer before a policy or a limit has been asked is a refusal.
    Answer(Answer),
    /// No.
    Refuse(Refusal),
}

/// What a stage adds to a request that it lets pass.
#[derive(Default)]
pub struct Forward {
    /// Changes to the request.
    pub request: Edits,
    /// Changes to the response, whoever makes it.
    pub response: Edits,
    /// The caller, if this stage has verified one.
    pub identity: Option<Rc<Identity>>,
    /// The calling workload, if this stage has verified it.
    pub peer: Option<Rc<Peer>>,
    /// What the decision rests on, for the log.
    pub evidence: Vec<String>,
    /// What the rest of the proxy may know, once all stages have let the request pass.
    pub facts: Facts,
    /// What to do when the request is over.
    pub at_end: Option<AtEnd>,
    /// What to ask others without waiting for the answer, whatever later stages make of the request.
    pub asides: Vec<Aside>,
}

impl std::fmt::Debug for Forward {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Forward")
            .field("request", &self.request)
            .field("response", &self.response)
            .field("identity", &self.identity)
            .field("peer", &self.peer)
            .field("evidence", &self.evidence)
            .field("facts", &self.facts)
            .field("at_end", &self.at_end.is_some())
            .field("asides", &self.asides)
            .finish()
    }
}

/// A wait with its deadline and with the refusal that ends it.
#[derive(Debug)]
pub struct Wait {
    /// What is waited for.
    pub reason: WaitReason,
    /// How long a request waits at most, counted from its first wait.
    pub at_most: Duration,
    /// What the request gets when that time is over, or at once when too many wait already.
    pub otherwise: Refusal,
}

/// What a request can wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitReason {
    /// The first key set of a provider.
    ColdKeys,
    /// A newer key set of a provider, which may hold a key that a credential names.
    UnknownKey,
    /// The first policies of a bundle.
    ColdPolicies,
}

impl Verdict {
    /// No objection and nothing to add.
    pub fn pass() -> Self {
        Self::Forward(Forward::default())
    }
}

impl From<Refusal> for Verdict {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}
