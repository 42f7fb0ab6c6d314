//! Outbound at a sidecar: give a call the internal token of the inbound request that it belongs to.

use std::collections::BTreeSet;

use contract::{Env, Forward, HeaderValue, Phase, Request, Stage, StageName, Verdict};

use crate::names::{ReservedNames, TXN_TOKEN};
use crate::registry::{self, RegistryError};
use crate::trace::TraceParent;

/// Sets `Txn-Token` on calls to listed clusters, and removes it from all others. It refuses nothing: a call
/// without a token is refused by the next hop if that needs one.
#[derive(Debug)]
pub(crate) struct Attach {
    /// Names of upstream clusters, never of hosts: `:authority` is the application's own word.
    pub(crate) destinations: BTreeSet<String>,
    /// What the hygiene stage removes.
    pub(crate) reserved: ReservedNames,
}

/// Why a call goes out without a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotAttached {
    /// The cluster is not listed, or not known.
    Destination,
    /// The path or the headers are changed before the call leaves. The proxy may then route it again, so the
    /// cluster that was asked for is not the one that would get the token.
    RouteMayChange,
    /// The call has no valid `traceparent`.
    Untraced,
    /// No inbound request of this trace, or not exactly one identity, or a token that has expired.
    NotCarried,
    /// What is registered cannot be read.
    Registry(RegistryError),
}

impl Attach {
    fn token(&self, request: &Request<'_>, env: &Env<'_>) -> Result<HeaderValue, NotAttached> {
        let cluster = env.connection.upstream_cluster().ok_or(NotAttached::Destination)?;
        if !self.destinations.contains(&cluster) {
            return Err(NotAttached::Destination);
        }
        if request.path.changed() || self.reserved.in_head(request.head).next().is_some() {
            return Err(NotAttached::RouteMayChange);
        }
        let trace = TraceParent::of(request.head).ok_or(NotAttached::Untraced)?;
        let token = registry::carried(env.store, trace.trace_id, env.now).map_err(NotAttached::Registry)?;
        // A token is base64url and dots; anything else was not written by us.
        let token = String::from_utf8(token.ok_or(NotAttached::NotCarried)?);
        token.ok().and_then(|token| HeaderValue::new(token).ok()).ok_or(NotAttached::NotCarried)
    }
}

impl Stage for Attach {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let token = self.token(request, env);
        let reason = token.as_ref().err().map_or("attached", |why| why.reason());
        let mut forward = Forward::default();
        forward.request.set_or_remove(TXN_TOKEN.clone(), token.ok());
        forward.evidence.push(format!("internal_token={reason}"));
        Verdict::Forward(forward)
    }
}

impl NotAttached {
    const fn reason(self) -> &'static str {
        match self {
            Self::Destination => "destination_not_listed",
            Self::RouteMayChange => "route_may_change",
            Self::Untraced => "untraced",
            Self::NotCarried => "not_carried",
            Self::Registry(error) => error.reason(),
        }
    }
}
