//! Inbound at a sidecar: remember under which trace id which identity called.

use std::rc::Rc;

use contract::{
    AtEnd, CredentialKind, Edits, Env, Forward, Head, Identity, Phase, Request, Stage, StageName, Verdict,
};

use crate::names::TXN_TOKEN;
use crate::registry::{Carried, Registration, RegistryError, Seen};
use crate::trace::{TRACEPARENT, TRACESTATE, TraceParent};

/// Registers every request that reaches the application. It comes last, because a refused request has no
/// calls of its own and must not stand in the way of those that do.
///
/// The application is to carry the trace on in `traceparent` and to take it from nowhere else; a tracing
/// library that also reads other formats could be given another trace id by a caller than the one that is
/// registered here.
#[derive(Debug)]
pub(crate) struct Register {
    /// The provider whose identities have an internal token.
    pub(crate) provider: String,
}

impl Register {
    fn open(&self, request: &Request<'_>, env: &Env<'_>) -> Result<Forward, RegistryError> {
        let Some(trace) = TraceParent::of(request.head) else {
            return Ok(Forward { request: without_trace(request.head), ..Forward::default() });
        };
        let registration = Registration::open(env.store, trace.trace_id, self.seen(request), env.now)?;
        let at_end: AtEnd = Box::new(move |now, store| {
            // An end that could not be noted is noted by time.
            let _ = registration.close(store, now);
        });
        Ok(Forward { at_end: Some(at_end), ..Forward::default() })
    }

    fn seen<'a>(&self, request: &Request<'a>) -> Seen<'a> {
        let ours = |identity: &&Rc<Identity>| {
            identity.facts().kind == CredentialKind::Internal && identity.provider() == self.provider
        };
        let Some(identity) = request.identity.filter(ours) else { return Seen::Nobody };
        match request.head.single(TXN_TOKEN.as_str()) {
            Ok(Some(token)) => Seen::One(Carried { token, expires: identity.expires() }),
            Ok(None) | Err(_) => Seen::Several,
        }
    }
}

impl Stage for Register {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.open(request, env) {
            Ok(forward) => Verdict::Forward(forward),
            Err(error) => Verdict::Refuse(error.into()),
        }
    }
}

/// What we do not take for a trace, the application must not take for one either: it would call on under a
/// trace id that was registered for somebody else.
fn without_trace(head: &Head) -> Edits {
    let mut edits = Edits::new();
    if head.values(TRACEPARENT.as_str()).next().is_some() {
        edits.remove(TRACEPARENT.as_str());
        edits.remove(TRACESTATE.as_str());
    }
    edits
}
