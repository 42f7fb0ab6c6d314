//! How far a request has come: what the host performs.

use contract::{Answer, AtEnd, Edits, Facts, Refusal, StageName, UnixTime, WaitReason};

use crate::{BodyBound, Handoff, Progress, Record};

/// How far a request has come by now.
pub enum Step {
    /// All stages let it pass.
    Allow(Box<Allowed>),
    /// A stage cannot say yet.
    Wait(Box<Waiting>),
    /// A stage answers it.
    Answer(Box<Answered>),
    /// A stage refuses.
    Refuse(Box<Refused>),
}

/// A request that may go on, and what it takes along.
pub struct Allowed {
    /// Changes to the request.
    pub request: Edits,
    /// Changes to the response.
    pub response: Edits,
    /// Who has been verified, for the next module of the chain.
    pub handoff: Handoff,
    /// The bound on its body, where its route has one.
    pub body: Option<BodyBound>,
    /// What the rest of the proxy may know.
    pub facts: Facts,
    /// What the stages do when it is over.
    pub at_end: Vec<AtEnd>,
    /// For the log.
    pub record: Record,
}

/// A request that waits.
pub struct Waiting {
    /// Where it goes on.
    pub progress: Progress,
    /// What it waits for.
    pub reason: WaitReason,
    /// When the wait is over.
    pub until: UnixTime,
    /// What it gets then, or when it may not wait at all.
    pub otherwise: Refusal,
}

/// A request that was allowed and ends here.
pub struct Answered {
    /// Which stage answers.
    pub stage: StageName,
    /// What the client gets.
    pub answer: Answer,
    /// What earlier stages add to any response.
    pub response: Edits,
    /// What the stages do when it is over.
    pub at_end: Vec<AtEnd>,
    /// For the log.
    pub record: Record,
}

/// A request that is refused.
pub struct Refused {
    /// By whom, and why.
    pub refusal: Refusal,
    /// What the stages that had let it pass do when it is over.
    pub at_end: Vec<AtEnd>,
    /// For the log.
    pub record: Record,
}
