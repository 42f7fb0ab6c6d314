//! At the edge: a short-lived internal token takes the place of the user's credential.

use std::cell::RefCell;
use std::collections::BTreeSet;

use contract::{
    Cause, Duration, EntropyError, Env, Forward, HeaderValue, Identity, Phase, Refusal, Request, SpiffeId,
    Stage, StageName, UnixTime, Verdict,
};
use jose::SigningKey;
use serde_json::{Map, Value, json};

use crate::cache::{Bounds, Cache};
use crate::hex;
use crate::names::TXN_TOKEN;
use crate::token::TXN_TOKEN_TYP;

/// Tokens that are kept for reuse: the users that are active within half a lifetime; two KiB for each, of
/// which the token takes half and the claims that it is found by take the rest.
const KEPT_PER_GENERATION: Bounds = Bounds { entries: 1024, bytes: 2 * 1024 * 1024 };

/// Mints `Txn-Token` for requests with a verified identity, and removes it from all others.
///
/// A token is reused while more than half of its life is left, for requests that differ in nothing that
/// stands in it. `txn` therefore names a user's token, not one request; requests are told apart by trace.
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
    pub(crate) key: SigningKey,
    pub(crate) minted: Minted,
}

/// Tokens by everything that is in them, and by the end of the user's credential, which bounds theirs.
#[derive(Debug)]
pub(crate) struct Minted(RefCell<Cache<(String, u64), Token>>);

#[derive(Debug, Clone)]
struct Token {
    header: HeaderValue,
    issued: UnixTime,
    /// When less than half of its life will be left.
    reusable_until: UnixTime,
}

/// Why no token was minted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MintError {
    /// The user's credential ends now; the token stage may still have let it pass as a matter of leeway.
    CredentialEnds,
    /// There is no randomness for `txn` or for the signature.
    NoRandomness,
    /// The token could not be signed or is no header value.
    NotSigned,
}

impl Mint {
    fn token(&self, identity: &Identity, env: &Env<'_>) -> Result<HeaderValue, MintError> {
        let claims = self.claims(identity, env);
        let text = serde_json::to_string(&claims).map_err(|_| MintError::NotSigned)?;
        let key = (text, identity.facts().expires);
        let known = self.minted.0.borrow_mut().get(&key);
        if let Some(token) = known.filter(|token| token.is_reusable(env.now)) {
            return Ok(token.header);
        }
        let token = self.sign(claims, identity.facts().expires, env)?;
        let bytes = key.0.len().saturating_add(token.header.as_str().len());
        self.minted.0.borrow_mut().insert(key, token.clone(), bytes);
        Ok(token.header)
    }

    /// Everything in the token that does not change from one minute to the next
    /// (OAuth Transaction Tokens §5.2).
    fn claims(&self, identity: &Identity, env: &Env<'_>) -> Map<String, Value> {
        let named =
            self.claims.iter().filter_map(|name| Some((name.clone(), identity.claim(name)?.clone())));
        let mut claims = Map::new();
        let mut insert = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        insert("iss", self.issuer.as_str().into());
        insert("aud", self.trust_domain.as_str().into());
        insert("sub", identity.subject().into());
        insert("scope", identity.facts().scopes.join(" ").into());
        insert("req_wl", self.workload.as_str().into());
        insert("tctx", Value::Object(named.collect()));
        if let Some(address) = env.connection.source_address() {
            insert("rctx", json!({ "req_ip": address }));
        }
        claims
    }

    fn sign(
        &self,
        mut claims: Map<String, Value>,
        credential_expires: u64,
        env: &Env<'_>,
    ) -> Result<Token, MintError> {
        let issued = env.now.seconds();
        let expires = issued.saturating_add(self.lifetime.as_secs()).min(credential_expires);
        let lifetime = expires.checked_sub(issued).filter(|seconds| *seconds > 0);
        let half = lifetime.ok_or(MintError::CredentialEnds)? / 2;
        let mut transaction = [0; 16];
        env.entropy.fill(&mut transaction)?;
        claims.insert("iat".to_owned(), issued.into());
        claims.insert("exp".to_owned(), expires.into());
        claims.insert("txn".to_owned(), hex::encode(&transaction).into());
        let token = self.key.sign(TXN_TOKEN_TYP, &claims).map_err(|_| MintError::NotSigned)?;
        let header = HeaderValue::new(token).map_err(|_| MintError::NotSigned)?;
        let reusable_until = UnixTime::from_seconds(issued.saturating_add(half));
        Ok(Token { header, issued: UnixTime::from_seconds(issued), reusable_until })
    }
}

impl Token {
    /// A token from the future, which a clock that was set back leaves behind, is refused at every hop.
    fn is_reusable(&self, now: UnixTime) -> bool {
        self.issued <= now && now < self.reusable_until
    }
}

impl Default for Minted {
    fn default() -> Self {
        Self(RefCell::new(Cache::new(KEPT_PER_GENERATION)))
    }
}

impl Stage for Mint {
    fn name(&self) -> StageName {
        StageName::Identity
    }

    fn phase(&self) -> Phase {
        Phase::Finish
    }

    fn decide(&self, request: &Request<'_>, env: &Env<'_>) -> Verdict {
        let token = match request.identity.map(|identity| self.token(identity, env)).transpose() {
            Ok(token) => token,
            Err(error) => return Verdict::Refuse(error.into()),
        };
        let mut forward = Forward::default();
        forward.request.set_or_remove(TXN_TOKEN.clone(), token);
        Verdict::Forward(forward)
    }
}

impl MintError {
    const fn reason(self) -> &'static str {
        match self {
            Self::CredentialEnds => "credential_ends",
            Self::NoRandomness => "no_randomness",
            Self::NotSigned => "token_not_signed",
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::CredentialEnds => Cause::CredentialInvalid,
            Self::NoRandomness | Self::NotSigned => {
                Cause::Unavailable { retry_after: Duration::from_secs(1) }
            }
        }
    }
}

impl From<MintError> for Refusal {
    fn from(error: MintError) -> Self {
        Self::new(StageName::Identity, error.cause(), error.reason())
    }
}

impl From<EntropyError> for MintError {
    fn from(_: EntropyError) -> Self {
        Self::NoRandomness
    }
}
