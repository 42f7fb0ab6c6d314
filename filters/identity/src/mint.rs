//! At the edge: a short-lived internal token takes the place of the user's credential.

mod error;
mod minted;

use std::collections::BTreeSet;
use std::rc::Rc;

use contract::{
    Duration, Env, Forward, HeaderValue, Identity, Phase, Request, RouteMatch, SpiffeId, Stage, StageName,
    UnixTime, Verdict,
};
use jose::Signer;
use serde_json::{Map, Value, json};

use error::MintError;
pub(crate) use minted::Minted;
use minted::{Content, Occasion, Token};

use crate::hex;
use crate::names::TXN_TOKEN;
use crate::token::TXN_TOKEN_TYP;

/// The member of `tctx` with the values of the route's parameters.
pub(crate) const PARAMETERS: &str = "parameters";

/// Mints `Txn-Token` for requests with a verified identity, and removes it from all others.
///
/// `sub` is the user's own: where several issuers are accepted, a configuration must carry `iss` among the
/// claims, and policies ask for `tctx.iss`.
#[derive(Debug)]
pub(crate) struct Mint {
    pub(crate) issuer: String,
    pub(crate) trust_domain: String,
    pub(crate) workload: SpiffeId,
    pub(crate) lifetime: Duration,
    /// Claims of the user's credential that go along in `tctx`.
    pub(crate) claims: BTreeSet<String>,
    /// Parameters of routes that go along in `tctx.parameters`, where the route has them.
    pub(crate) parameters: BTreeSet<String>,
    pub(crate) signer: Signer,
    pub(crate) transactions: Transactions,
}

/// What one `txn` names.
#[derive(Debug)]
pub(crate) enum Transactions {
    /// A token, which is used again while more than half of its life is left, for requests that differ in
    /// nothing that stands in it. Requests are told apart by trace.
    Token(Box<Minted>),
    /// One request: each has a token of its own, and costs a signature.
    Request,
}

impl Mint {
    fn token(&self, identity: &Rc<Identity>, request: &Request<'_>, env: &Env<'_>) -> Minting {
        let Transactions::Token(minted) = &self.transactions else {
            let claims = self.claims(identity, request.route, env);
            return self.sign(claims, identity, env).map(|token| token.header);
        };
        let occasion = self.occasion(identity, request.route, env);
        if let Some(header) = minted.recall(&occasion, env.now) {
            return Ok(header);
        }
        let token = self.token_like(minted, identity, request.route, env)?;
        minted.note(occasion, identity, token.clone());
        Ok(token.header)
    }

    /// Everything that [`Self::claims`] are made of besides the configuration.
    fn occasion(&self, identity: &Rc<Identity>, route: &RouteMatch<'_>, env: &Env<'_>) -> Occasion {
        let parameters = self.parameters.iter().map(|name| route.parameter(name).map(str::to_owned));
        Occasion::new(identity, env.connection.source_address(), parameters.collect())
    }

    /// One that was minted for another occasion, if there would be nothing else in it; otherwise a new one.
    fn token_like(
        &self,
        minted: &Minted,
        identity: &Identity,
        route: &RouteMatch<'_>,
        env: &Env<'_>,
    ) -> Result<Token, MintError> {
        let claims = self.claims(identity, route, env);
        let text = serde_json::to_string(&claims).map_err(|_| MintError::NotSigned)?;
        let content = Content { claims: text, credential_expires: identity.facts().expires };
        if let Some(token) = minted.find(&content, env.now) {
            return Ok(token);
        }
        let token = self.sign(claims, identity, env)?;
        minted.keep(content, token.clone());
        Ok(token)
    }

    /// Everything in the token that does not change from one minute to the next
    /// (OAuth Transaction Tokens §5.2).
    fn claims(&self, identity: &Identity, route: &RouteMatch<'_>, env: &Env<'_>) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        insert("iss", self.issuer.as_str().into());
        insert("aud", self.trust_domain.as_str().into());
        insert("sub", identity.subject().into());
        insert("scope", identity.facts().scopes.join(" ").into());
        insert("req_wl", self.workload.as_str().into());
        insert("tctx", Value::Object(self.transaction_context(identity, route)));
        if let Some(address) = env.connection.source_address() {
            insert("rctx", json!({ "req_ip": address }));
        }
        claims
    }

    /// What is known of the transaction and stays the same on all hops: who asks, and for what.
    fn transaction_context(&self, identity: &Identity, route: &RouteMatch<'_>) -> Map<String, Value> {
        let claims = self.claims.iter();
        let claims = claims.filter_map(|name| Some((name.clone(), identity.claim(name)?.clone())));
        let parameters = self.parameters.iter();
        let parameters = parameters.filter_map(|name| Some((name.clone(), route.parameter(name)?.into())));
        let (mut context, mut named) = (Map::new(), Map::new());
        context.extend(claims);
        named.extend(parameters);
        if !named.is_empty() {
            context.insert(PARAMETERS.to_owned(), Value::Object(named));
        }
        context
    }

    fn sign(
        &self,
        mut claims: Map<String, Value>,
        identity: &Identity,
        env: &Env<'_>,
    ) -> Result<Token, MintError> {
        let issued = env.now.seconds();
        let expires = issued.saturating_add(self.lifetime.as_secs()).min(identity.facts().expires);
        let lifetime = expires.checked_sub(issued).filter(|seconds| *seconds > 0);
        let half = lifetime.ok_or(MintError::CredentialEnds)? / 2;
        let mut transaction = [0; 16];
        env.entropy.fill(&mut transaction)?;
        claims.insert("iat".to_owned(), issued.into());
        claims.insert("exp".to_owned(), expires.into());
        claims.insert("txn".to_owned(), hex::encode(&transaction).into());
        let token = self.signer.sign(TXN_TOKEN_TYP, &claims, env.crypto, env.meter)?;
        let header = HeaderValue::new(token).map_err(|_| MintError::NotSigned)?.shared();
        let reusable_until = UnixTime::from_seconds(issued.saturating_add(half));
        Ok(Token { header, issued: UnixTime::from_seconds(issued), reusable_until })
    }
}

type Minting = Result<HeaderValue, MintError>;

impl Stage for Mint {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let token = match request.identity.map(|identity| self.token(identity, request, env)).transpose() {
            Ok(token) => token,
            Err(error) => return Verdict::Refuse(error.into()),
        };
        let mut forward = Forward::default();
        forward.request.set_or_remove(TXN_TOKEN.clone(), token);
        Verdict::Forward(forward)
    }
}
