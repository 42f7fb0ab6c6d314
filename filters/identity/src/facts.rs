//! What was verified, for the other filters of the proxy, its access logs and its traces.

use contract::{
    Env, Fact, FactName, Facts, Forward, HeaderValue, Phase, Request, Stage, StageName, Verdict,
};

/// Publishes who was verified on requests that are let pass; it refuses nothing.
///
/// It comes after every decision, so that a fact is one that the route admits. What is not known is not
/// written: a rule of another filter must permit by presence and never by absence.
#[derive(Debug)]
pub(crate) struct Tell;

impl Stage for Tell {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    fn decide(&self, request: &Request<'_>, _: &Env<'_>) -> Verdict {
        Verdict::Forward(Forward { facts: facts(request), ..Forward::default() })
    }
}

fn facts(request: &Request<'_>) -> Facts {
    let fact = |name, text: &str| Fact { name, value: HeaderValue::encode(text) };
    let identity = request.identity.into_iter().flat_map(|identity| {
        let transaction = identity.facts().transaction.as_deref();
        [
            Some(fact(FactName::Subject, identity.subject())),
            Some(fact(FactName::Provider, identity.provider())),
            transaction.map(|transaction| fact(FactName::Transaction, transaction)),
        ]
    });
    let caller = request.peer.map(|peer| fact(FactName::Caller, peer.spiffe_id().as_str()));
    identity.flatten().chain(caller).collect()
}
