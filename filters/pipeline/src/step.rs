//! How far a request has come: what the host performs.

use contract::{
    Answer, Aside, AtEnd, BackgroundEnv, Call, Called, Edits, Facts, Refusal, StageName, Then, UnixTime,
    WaitReason,
};

use crate::{BodyBound, Handoff, Progress, Record};

/// How far a request has come by now.
pub enum Step {
    /// All stages let it pass.
    Allow(Box<Allowed>),
    /// A stage cannot say yet.
    Wait(Box<Waiting>),
    /// A stage must ask somebody else.
    Ask(Box<Asking>),
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
    /// What the stages ask others without waiting for it.
    pub asides: Vec<Aside>,
    /// For the log.
    pub record: Record,
}

/// A request that waits for the answer to a question.
pub struct Asking {
    /// The question.
    pub call: Call,
    /// Where the request goes on with the answer.
    pub asked: Asked,
}

/// Where a request stands that waits for an answer.
pub struct Asked {
    pub(crate) progress: Progress,
    pub(crate) then: Then,
}

impl Asked {
    /// The request is gone; its stage may still learn from the answer.
    pub fn forsaken(self, called: Called<'_>, env: &BackgroundEnv<'_>) {
        self.then.forsaken(called, env);
    }
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
    /// What the stages ask others without waiting for it.
    pub asides: Vec<Aside>,
    /// For the log.
    pub record: Record,
}

/// A request that is refused.
pub struct Refused {
    /// By whom, and why.
    pub refusal: Refusal,
    /// What the stages that had let it pass do when it is over.
    pub at_end: Vec<AtEnd>,
    /// What those stages ask others without waiting for it.
    pub asides: Vec<Aside>,
    /// For the log.
    pub record: Record,
}

impl Refused {
    /// A refusal before any stage has let the request pass.
    pub const fn early(refusal: Refusal, record: Record) -> Self {
        Self { refusal, at_end: Vec::new(), asides: Vec::new(), record }
    }
}
