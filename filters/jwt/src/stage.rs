//! The stage: from a request to its verified caller.

use std::rc::Rc;

use contract::{
    Authenticate, Background, BackgroundEnv, CredentialUse, Due, Duration, Env, FetchId, Fetched, Forward,
    HeaderName, Identity, Phase, Refusal, Request, Stage, StageName, UnixTime, Verdict, Wait, WaitReason,
};
use jose::{Abilities, Compact, Keys, LastHeader, SHARING_FORGED};

use crate::place::{Found, Places, Purpose};
use crate::provider::Provider;
use crate::stop::{KEY_UNKNOWN, Stop};
use crate::{TokenError, choice};

/// The compiled section.
pub(crate) struct JwtStage {
    /// In the order of their fetch ids.
    pub(crate) providers: Vec<Rc<Provider>>,
    /// The names of the sets of API keys.
    pub(crate) api_keys: Vec<String>,
    /// The header fields in which a credential may stand, of any route or of none.
    pub(crate) fields: Vec<HeaderName>,
    /// What each route takes, by its id; nothing when it takes no credential of ours.
    pub(crate) routes: Vec<Option<Accepts>>,
    /// Of the last token that was not known.
    pub(crate) last_header: LastHeader,
    /// Who can check which signature.
    pub(crate) abilities: Abilities,
    pub(crate) patience: Patience,
}

/// What a route takes.
pub(crate) struct Accepts {
    /// Where its credentials stand.
    pub(crate) places: Places,
    /// Whose tokens.
    pub(crate) providers: Vec<Rc<Provider>>,
}

/// How long a request waits.
pub(crate) struct Patience {
    /// For the first key set.
    pub(crate) with_cold_keys: Duration,
    /// For a key set that has the key that a token names.
    pub(crate) with_unknown_key: Duration,
}

/// A credential that was found good.
struct Accepted {
    identity: Rc<Identity>,
    /// Whether the service behind is to see it, where its route does not say.
    forward: bool,
}

impl Stage for JwtStage {
    fn name(&self) -> StageName {
        StageName::Jwt
    }

    fn phase(&self) -> Phase {
        Phase::Authenticate
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let accepts = self.routes.get(request.route.id.0).and_then(Option::as_ref);
        let Some(accepts) = accepts else { return Verdict::pass() };
        self.authenticate(accepts, request, env).unwrap_or_else(|stop| self.verdict(stop))
    }

    fn obeys_credential_use(&self) -> bool {
        true
    }

    fn providers(&self) -> Vec<String> {
        let providers = self.providers.iter().map(|provider| &provider.name);
        providers.chain(&self.api_keys).cloned().collect()
    }

    fn background(&self) -> Option<&dyn Background> {
        Some(self)
    }

    fn awaits(&self, now: UnixTime) -> Option<&'static str> {
        let is_cold = |provider: &Rc<Provider>| matches!(provider.keys.current(now), Keys::Cold);
        self.providers.iter().any(is_cold).then(|| TokenError::KeysNeverLoaded.reason())
    }

    fn counters(&self) -> Vec<(&'static str, String)> {
        vec![(SHARING_FORGED, String::new())]
    }

    fn credential_fields(&self) -> Vec<HeaderName> {
        self.fields.clone()
    }
}

impl Background for JwtStage {
    fn due(&self, env: &BackgroundEnv<'_>) -> Due {
        let mut due = Due::default();
        for provider in &self.providers {
            due.extend(provider.keys.due(env));
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
    fn authenticate(
        &self,
        accepts: &Accepts,
        request: &Request<'_>,
        env: &Env<'_>,
    ) -> Result<Verdict, Stop> {
        match (accepts.places.find(request.head, request.path)?, request.identity) {
            (Some(_), Some(_)) => Err(TokenError::CredentialBesideAnother.into()),
            (Some(found), None) => {
                let Accepted { identity, forward } = self.accept(accepts, &found, env)?;
                let forward = match request.route.route.credential {
                    Some(route) => route == CredentialUse::Keep,
                    None => forward,
                };
                let mut verdict = Forward { identity: Some(identity), ..Forward::default() };
                found.remove(request, forward, &mut verdict)?;
                Ok(Verdict::Forward(verdict))
            }
            (None, _) => Ok(absent(&request.route.route.authenticate)?),
        }
    }

    fn accept(&self, accepts: &Accepts, found: &Found<'_>, env: &Env<'_>) -> Result<Accepted, Stop> {
        match found.purpose {
            Purpose::Token => self.accept_token(&accepts.providers, found.bytes, env),
            Purpose::ApiKey(keys) => {
                let identity = keys.verify(found.bytes, env.now)?;
                Ok(Accepted { identity, forward: keys.forward })
            }
        }
    }

    /// Judge `token` by the rules of one of `providers`.
    fn accept_token(
        &self,
        providers: &[Rc<Provider>],
        token: &[u8],
        env: &Env<'_>,
    ) -> Result<Accepted, Stop> {
        let remembered = providers
            .iter()
            .find_map(|provider| provider.recall(token, env.now).map(|known| (provider, known)));
        let (provider, known) = match remembered {
            Some(remembered) => {
                env.meter.count("jwt.cache.hit");
                remembered
            }
            None => {
                let read = Compact::parse_after(token, &self.last_header)?.read()?;
                let provider = choice::provider_of(providers, &read)?;
                let by = self.abilities.verifier(env.crypto, env.meter);
                (provider, provider.verify(token, read, &by, env)?)
            }
        };
        Ok(Accepted { identity: provider.judge(&known, env)?, forward: provider.forward })
    }

    fn verdict(&self, stop: Stop) -> Verdict {
        let refusal = |error: &TokenError| Refusal::new(StageName::Jwt, error.cause(), error.reason());
        let (reason, at_most, error) = match stop {
            Stop::Refused(error) => return refusal(&error).into(),
            Stop::ColdKeys => {
                (WaitReason::ColdKeys, self.patience.with_cold_keys, TokenError::KeysNeverLoaded)
            }
            Stop::KeyComing => (WaitReason::UnknownKey, self.patience.with_unknown_key, KEY_UNKNOWN),
        };
        Verdict::Wait(Wait { reason, at_most, otherwise: refusal(&error) })
    }
}

/// What a request without credential comes to. Where any provider will do, another stage may have verified
/// a credential of another kind; the pipeline sees to it that somebody has.
fn absent(rule: &Authenticate) -> Result<Verdict, TokenError> {
    match rule {
        Authenticate::AnyOf(_) => Err(TokenError::CredentialMissing),
        Authenticate::None | Authenticate::Optional(_) | Authenticate::Anybody => Ok(Verdict::pass()),
    }
}

#[cfg(test)]
mod tests;
