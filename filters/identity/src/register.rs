//! Inbound at a sidecar: remember under which trace id which identity called.

use std::rc::Rc;

use contract::{
    AtEnd, Cause, CredentialKind, Env, Forward, Identity, Phase, Refusal, Request, Stage, StageName,
    Verdict,
};

use crate::names::TXN_TOKEN;
use crate::registry::{Carried, Registration, RegistryError, Seen};
use crate::trace::{TraceError, TraceParent};

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

/// Why a request must not reach the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RegisterError {
    /// Its trace cannot be told. To strip the header would not do: a proxy that traces writes what it read
    /// back into the request later, and an application that reads it less strictly than we do would call on
    /// under a trace id that is registered for somebody else.
    Trace(TraceError),
    /// It could not be registered.
    Registry(RegistryError),
}

impl Register {
    fn open(&self, request: &Request<'_>, env: &Env<'_>) -> Result<Forward, RegisterError> {
        let Some(trace) = TraceParent::read(request.head)? else { return Ok(Forward::default()) };
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

impl From<RegisterError> for Refusal {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Trace(error) => {
                Self::new(StageName::Identity, Cause::RequestMalformed, error.reason())
            }
            RegisterError::Registry(error) => error.into(),
        }
    }
}

impl From<TraceError> for RegisterError {
    fn from(error: TraceError) -> Self {
        Self::Trace(error)
    }
}

impl From<RegistryError> for RegisterError {
    fn from(error: RegistryError) -> Self {
        Self::Registry(error)
    }
}
