//! Inbound at a sidecar: remember under which trace id which identity called.

use std::rc::Rc;

use contract::{
    AtEnd, Cause, CredentialKind, Env, Forward, Head, Identity, Phase, Refusal, Request, Stage, StageName,
    Verdict,
};

use crate::names::TXN_TOKEN;
use crate::registry::{Carried, Grace, Registration, Registry, RegistryError, Seen};
use crate::trace::{TraceError, TraceFormat};

/// Registers every request that reaches the application. It comes last, because a refused request has no
/// calls of its own and must not stand in the way of those that do.
///
/// Headers in which other formats carry a trace are removed. A tracing library that reads more than one would
/// let a caller inside the mesh choose the trace under which the application calls on, and with it whose token
/// that call gets, beside the id that is registered here. An application that traces in another format is
/// configured for by `identity.trace`, and the proxy's own tracer has to use that format too: what it read is
/// written back after this.
#[derive(Debug)]
pub(crate) struct Register {
    /// The provider whose identities have an internal token.
    pub(crate) provider: String,
    /// How the trust domain carries traces.
    pub(crate) trace: TraceFormat,
    /// How long after its end a request's token may be attached.
    pub(crate) grace: Grace,
    /// Where.
    pub(crate) registry: Rc<Registry>,
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
        let mut forward = Forward::default();
        for name in self.misleading(request.head) {
            forward.request.remove(name);
        }
        if let Some(trace) = self.trace.read(request.head)? {
            let registration = self.registry.open(env.store, trace, self.seen(request), env.now)?;
            count(&registration, env);
            forward.at_end = Some(self.close_at_end(registration));
        }
        Ok(forward)
    }

    fn close_at_end(&self, registration: Registration) -> AtEnd {
        let grace = self.grace;
        Box::new(move |now, store| {
            // An end that could not be noted is noted by time.
            let _ = registration.close(store, grace, now);
        })
    }

    fn misleading<'a>(&self, head: &'a Head) -> impl Iterator<Item = &'a [u8]> {
        head.fields().map(|(name, _)| name).filter(|name| self.trace.is_misleading(name))
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
        self.open(request, env).map_or_else(
            |error| {
                env.meter.count(error.event());
                Verdict::Refuse(error.into())
            },
            Verdict::Forward,
        )
    }
}

fn count(registration: &Registration, env: &Env<'_>) {
    env.meter.count("identity.trace.registered");
    if registration.is_conflict {
        env.meter.count("identity.trace.conflict");
    }
    if registration.has_replaced_slot {
        env.meter.count("identity.trace.slot_unreadable");
    }
}

impl RegisterError {
    const fn event(self) -> &'static str {
        match self {
            Self::Trace(_) => "identity.trace.unclear",
            Self::Registry(error) => error.event(),
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
