//! Questions to other services while a request is decided, as data that only the host performs.

use std::fmt;
use std::rc::Rc;

use crate::{BackgroundEnv, Duration, Env, Request, Verdict};

/// One unary gRPC call to a cluster of the proxy's own configuration. There is no address: where a call may go is
/// fixed by the operator and never by a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name of the proxy's cluster.
    pub cluster: Rc<str>,
    /// The full name of the gRPC service.
    pub service: &'static str,
    /// The method of it.
    pub method: &'static str,
    /// The serialized message.
    pub message: Vec<u8>,
    /// How long the host waits for the whole answer, in whole milliseconds.
    pub timeout: Duration,
    /// More bytes of answer than this are an error.
    pub max_bytes: usize,
}

/// How a call ended: with the serialized answer, or why there is none.
pub type Called<'a> = Result<&'a [u8], CallError>;

/// Why a call brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallError {
    /// The host did not start the call, because there is no such cluster, none of its endpoints can be reached, or
    /// calls are not allowed.
    NotStarted,
    /// As many requests wait for answers as may.
    TooMany,
    /// The stage that had the question has not asked it in the end.
    Withdrawn,
    /// The timeout has passed.
    Late,
    /// The call has ended with this gRPC status.
    Status(u32),
    /// An answer of more bytes than the call allowed.
    TooLarge,
}

/// A question that decides about a request, which waits for the answer. The wait ends with the call's timeout, or
/// soon after it where the proxy has lost the call.
pub struct Ask {
    /// The question.
    pub call: Call,
    /// What the stage makes of the answer. It owns all that the stage has found out so far, because the stage
    /// itself is not asked again.
    pub then: Then,
}

/// A verdict that goes on from an answer.
pub type Then = Box<dyn Continuation>;

/// What a stage makes of an answer. A function of answer, request and environment is one.
pub trait Continuation {
    /// Decide, now that the question has ended like this.
    fn go_on(self: Box<Self>, called: Called<'_>, request: &Request<'_>, env: &Env<'_>) -> Verdict;

    /// The request is gone, and nothing is decided about it. What the answer teaches beyond that is still true.
    fn forsaken(self: Box<Self>, _called: Called<'_>, _env: &BackgroundEnv<'_>) {}
}

impl<F: FnOnce(Called<'_>, &Request<'_>, &Env<'_>) -> Verdict> Continuation for F {
    fn go_on(self: Box<Self>, called: Called<'_>, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        self(called, request, env)
    }
}

/// A question that no request waits for.
pub struct Aside {
    /// The question.
    pub call: Call,
    /// What is to be done with the answer.
    pub then: ThenAside,
}

/// What is done with an answer beside the requests.
pub type ThenAside = Box<dyn FnOnce(Called<'_>, &BackgroundEnv<'_>)>;

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("call", &self.call).finish_non_exhaustive()
    }
}

impl fmt::Debug for Aside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aside").field("call", &self.call).finish_non_exhaustive()
    }
}
