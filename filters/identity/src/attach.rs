//! Outbound at a sidecar: give a call the internal token of the inbound request that it belongs to.

mod not_attached;

use std::collections::BTreeSet;

use contract::{
    Background, Env, Forward, HeaderValue, Phase, Request, Stage, StageName, UnixTime, Verdict,
};

use crate::names::{ReservedNames, TXN_TOKEN};
use crate::registry::Registry;
use crate::signature::Verifier;
use crate::token::TokenError;
use crate::trace::TraceFormat;
use not_attached::NotAttached;

/// Sets `Txn-Token` on calls to listed clusters, and removes it from all others. A call without a token is not
/// refused here: the next hop does that if it needs one.
///
/// A call waits for keys only when a token is registered for it. The inbound request has just been verified with
/// keys from the same place, so they are about to come: this listener has just started, or the edge signs with a
/// key that it has only just published. To let the call go on without its user would be the worse answer.
#[derive(Debug)]
pub(crate) struct Attach {
    /// Names of upstream clusters, never of hosts: `:authority` is the application's own word.
    pub(crate) destinations: BTreeSet<String>,
    /// What the hygiene stage removes.
    pub(crate) reserved: ReservedNames,
    /// How the trust domain carries traces.
    pub(crate) trace: TraceFormat,
    /// Where inbound requests are registered.
    pub(crate) registry: Registry,
    /// Which tokens are good. What is read from a memory that others can write to is no proof of anything.
    pub(crate) verifier: Verifier,
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
        let trace = self.trace.read(request.head).ok().flatten().ok_or(NotAttached::Untraced)?;
        let token = self.registry.carried(env.store, trace, env.now).map_err(NotAttached::NotFound)?;
        self.verifier.verify(&token, env).map_err(NotAttached::NotGood)?;
        // A token that was verified is base64url and dots, so this never fails.
        let text = String::from_utf8(token).ok();
        let value = text.and_then(|text| HeaderValue::new(text).ok());
        value.ok_or(NotAttached::NotGood(TokenError::ClaimMalformed))
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
        if let Err(NotAttached::NotGood(error)) = &token
            && let Some(wait) = error.wait()
        {
            return Verdict::Wait(wait);
        }
        let (reason, event) = match &token {
            Ok(_) => ("attached", "identity.attach.attached"),
            Err(why) => (why.reason(), why.event()),
        };
        env.meter.count(event);
        let mut forward = Forward::default();
        forward.request.set_or_remove(TXN_TOKEN.clone(), token.ok());
        forward.evidence.push(format!("internal_token={reason}"));
        Verdict::Forward(forward)
    }

    fn background(&self) -> Option<&dyn Background> {
        Some(&self.verifier)
    }

    fn awaits(&self, now: UnixTime) -> Option<&'static str> {
        self.verifier.awaits_keys(now).then(|| TokenError::KeysCold.reason())
    }
}
