//! The stage: from a request to its verified caller.

use std::rc::Rc;

use contract::{
    Authenticate, Background, BackgroundEnv, Due, Duration, Env, FetchId, Fetched, Forward, Identity,
    Phase, Refusal, Request, Stage, StageName, UnixTime, Verdict, Wait, WaitReason,
};
use jose::Compact;

use crate::provider::Provider;
use crate::{TokenError, bearer, claims};

/// The compiled section.
pub(crate) struct JwtStage {
    /// In the order of their fetch ids.
    pub(crate) providers: Vec<Provider>,
    /// How long a request waits for the first key set.
    pub(crate) wait_for_keys: Duration,
}

/// A credential that was found good.
struct Accepted<'a> {
    identity: Rc<Identity>,
    provider: &'a Provider,
}

impl Stage for JwtStage {
    fn name(&self) -> StageName {
        StageName::Jwt
    }

    fn phase(&self) -> Phase {
        Phase::Authenticate
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        match self.authenticate(request, env.now) {
            Ok(None) => Verdict::pass(),
            Ok(Some(accepted)) => accepted.forward(),
            Err(error) => self.refuse(&error),
        }
    }

    fn providers(&self) -> Vec<String> {
        self.providers.iter().map(|provider| provider.name.clone()).collect()
    }

    fn background(&self) -> Option<&dyn Background> {
        Some(self)
    }
}

impl Background for JwtStage {
    fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let mut due = Due::default();
        for provider in &self.providers {
            let Due { fetches, news } = provider.keys.due(env);
            due.fetches.extend(fetches);
            due.news |= news;
        }
        due
    }

    fn fetched(
        &self,
        id: FetchId,
        outcome: Fetched<'_>,
        env: &BackgroundEnv<'_>,
    ) -> Result<bool, &'static str> {
        let provider = usize::try_from(id.0).ok().and_then(|index| self.providers.get(index));
        provider.map_or(Ok(false), |provider| provider.keys.fetched(outcome, env))
    }
}

impl JwtStage {
    /// The caller, or nobody where the route lets nobody pass.
    fn authenticate(
        &self,
        request: &Request<'_>,
        now: UnixTime,
    ) -> Result<Option<Accepted<'_>>, TokenError> {
        let rule = &request.route.route.authenticate;
        let taken: Vec<_> = self.providers.iter().filter(|provider| rule.accepts(&provider.name)).collect();
        if taken.is_empty() {
            return Ok(None);
        }
        match (bearer::token(request.head)?, request.identity) {
            (Some(_), Some(_)) => Err(TokenError::CredentialBesideAnother),
            (Some(token), None) => accept(&taken, token, now).map(Some),
            (None, _) => absent(rule).map(|()| None),
        }
    }

    fn refuse(&self, error: &TokenError) -> Verdict {
        let refusal = Refusal::new(StageName::Jwt, error.cause(), error.reason());
        if *error != TokenError::KeysNeverLoaded {
            return refusal.into();
        }
        Verdict::Wait(Wait {
            reason: WaitReason::ColdKeys,
            at_most: self.wait_for_keys,
            otherwise: refusal,
        })
    }
}

impl Accepted<'_> {
    fn forward(self) -> Verdict {
        let mut forward = Forward { identity: Some(self.identity), ..Forward::default() };
        if !self.provider.forward {
            forward.request.remove("authorization");
        }
        Verdict::Forward(forward)
    }
}

/// Judge `token` by the rules of one of the providers that the route takes.
fn accept<'a>(taken: &[&'a Provider], token: &[u8], now: UnixTime) -> Result<Accepted<'a>, TokenError> {
    for provider in taken {
        if let Some(known) = provider.recall(token, now) {
            return Ok(Accepted { identity: provider.judge(&known, now)?, provider });
        }
    }
    let compact = Compact::parse(token)?;
    let issuer = claims::unverified_issuer(&compact.unverified_claims()?)?;
    let provider = taken.iter().find(|provider| provider.issuer == issuer);
    let provider = provider.ok_or(TokenError::IssuerUnknown)?;
    Ok(Accepted { identity: provider.verify(token, &compact, now)?, provider })
}

/// What a request without credential comes to. Where any provider will do, another stage may have verified
/// a credential of another kind; the pipeline sees to it that somebody has.
const fn absent(rule: &Authenticate) -> Result<(), TokenError> {
    match rule {
        Authenticate::AnyOf(_) => Err(TokenError::CredentialMissing),
        Authenticate::None | Authenticate::Optional(_) | Authenticate::Anybody => Ok(()),
    }
}

#[cfg(test)]
mod tests;
