//! Inbound at a sidecar: which workload calls, and on whose behalf.

use std::rc::Rc;

use contract::{Background, Env, Forward, Phase, Request, Stage, StageName, UnixTime, Verdict};

use crate::caller::Callers;
use crate::headers::ApplicationHeaders;
use crate::names::TXN_TOKEN;
use crate::signature::Verifier;
use crate::token::{InternalToken, TokenError};

/// Verifies the caller's certificate on every route, and the internal token on routes that take it.
///
/// The token itself never reaches the application: the hygiene stage, which always stands before this one,
/// has every spelling of its header removed.
#[derive(Debug)]
pub(crate) struct Verify {
    pub(crate) callers: Callers,
    pub(crate) verifier: Verifier,
    pub(crate) headers: ApplicationHeaders,
}

impl Verify {
    /// The internal token of a request, or nothing where nothing is asked for.
    fn token(&self, request: &Request<'_>, env: &Env<'_>) -> Result<Option<Rc<InternalToken>>, TokenError> {
        let authenticate = &request.route.route.authenticate;
        if !authenticate.accepts(&self.verifier.expected.provider) {
            return Ok(None);
        }
        let presented = request.head.single(TXN_TOKEN.as_str()).map_err(|_| TokenError::Duplicated)?;
        match (presented, request.identity) {
            (Some(_), Some(_)) => Err(TokenError::BesideAnother),
            (Some(token), None) => self.verifier.verify(token, env).map(Some),
            (None, None) if authenticate.is_required() => Err(TokenError::Missing),
            (None, _) => Ok(None),
        }
    }

    fn let_pass(&self, peer: Rc<contract::Peer>, token: Option<&InternalToken>) -> Forward {
        let mut forward = Forward::default();
        self.headers.write(&mut forward.request, &peer, token);
        forward.identity = token.map(|token| Rc::clone(token.identity()));
        forward.peer = Some(peer);
        forward
    }
}

impl Stage for Verify {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Authenticate
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let peer = match self.callers.identify(env.connection, request.head) {
            Ok(peer) => peer,
            Err(error) => return Verdict::Refuse(error.into()),
        };
        match self.token(request, env) {
            Ok(token) => Verdict::Forward(self.let_pass(peer, token.as_deref())),
            Err(error) => error.wait().map_or_else(|| Verdict::Refuse(error.into()), Verdict::Wait),
        }
    }

    fn providers(&self) -> Vec<String> {
        vec![self.verifier.expected.provider.clone()]
    }

    fn background(&self) -> Option<&dyn Background> {
        Some(&self.verifier)
    }

    fn awaits(&self, now: UnixTime) -> Option<&'static str> {
        self.verifier.awaits_keys(now).then(|| TokenError::KeysCold.reason())
    }
}
