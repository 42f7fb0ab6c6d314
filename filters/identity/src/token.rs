//! The internal token, in the profile of OAuth Transaction Tokens: what makes one, and what it says.

mod error;

use std::rc::Rc;

use contract::{CredentialKind, Duration, Identity, IdentityFacts, UnixTime};
use jose::{Verified, numeric_date};
use serde_json::{Map, Value};

pub(crate) use error::TokenError;

use crate::headers::{TokenHeaders, Told};

/// `typ` (OAuth Transaction Tokens §5.1).
pub(crate) const TXN_TOKEN_TYP: &str = "txntoken+jwt";

/// The longest life of an internal token: the profile wants minutes, and within a mesh a request that is
/// under way longer than five of them has been given up by every client.
pub(crate) const MAX_LIFETIME: Duration = Duration::from_secs(300);

/// Claims that mean something by themselves; no member of `tctx` may pass for one of them.
const REGISTERED: [&str; 12] =
    ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "txn", "scope", "req_wl", "tctx", "rctx"];

/// What a token must say to be taken.
#[derive(Debug)]
pub(crate) struct Expected {
    /// `iss`.
    pub(crate) issuer: String,
    /// `aud`.
    pub(crate) trust_domain: String,
    /// What routes call who vouches for it.
    pub(crate) provider: String,
    /// How far clocks may differ.
    pub(crate) leeway: Duration,
    /// What the application is told.
    pub(crate) told: Told,
}

/// A token that was signed by a trusted key and says what it must. Whether it is in force is asked on
/// every use, see [`Self::in_force`].
#[derive(Debug)]
pub(crate) struct InternalToken {
    identity: Rc<Identity>,
    headers: TokenHeaders,
    issued: UnixTime,
    not_before: Option<UnixTime>,
    expires: UnixTime,
}

impl InternalToken {
    /// Read what was signed.
    ///
    /// # Errors
    /// When it is no token that `expected` describes.
    pub(crate) fn read(verified: &Verified, expected: &Expected) -> Result<Self, TokenError> {
        if !verified.is_typ(TXN_TOKEN_TYP) {
            return Err(TokenError::TypeWrong);
        }
        let claims = verified.claims();
        if text(claims, "iss")? != expected.issuer {
            return Err(TokenError::IssuerWrong);
        }
        if !is_audience(claims.get("aud").ok_or(TokenError::ClaimMalformed)?, &expected.trust_domain) {
            return Err(TokenError::AudienceWrong);
        }
        let (issued, expires) = (time(claims, "iat")?, time(claims, "exp")?);
        if expires <= issued || expires.since(issued) > MAX_LIFETIME {
            return Err(TokenError::LifetimeWrong);
        }
        let not_before = claims.contains_key("nbf").then(|| time(claims, "nbf")).transpose()?;
        text(claims, "req_wl")?;
        let facts = facts(claims, expected, expires)?;
        let headers = expected.told.headers(&facts, claims);
        #[expect(
            clippy::disallowed_methods,
            reason = "`Verified` proves the signature, the lines above the rest"
        )]
        let identity = Rc::new(Identity::from_verified(facts));
        Ok(Self { identity, headers, issued, not_before, expires })
    }

    /// This token, if it is in force at `now`.
    ///
    /// # Errors
    /// [`TokenError::Expired`], [`TokenError::IssuedInFuture`] and [`TokenError::NotYetValid`].
    pub(crate) fn in_force(
        self: Rc<Self>,
        now: UnixTime,
        leeway: Duration,
    ) -> Result<Rc<Self>, TokenError> {
        if now >= self.expires.plus(leeway) {
            return Err(TokenError::Expired);
        }
        if self.issued > now.plus(leeway) {
            return Err(TokenError::IssuedInFuture);
        }
        if self.not_before.is_some_and(|not_before| not_before > now.plus(leeway)) {
            return Err(TokenError::NotYetValid);
        }
        Ok(self)
    }

    /// Whose token it is.
    pub(crate) const fn identity(&self) -> &Rc<Identity> {
        &self.identity
    }

    /// What the application is told.
    pub(crate) const fn headers(&self) -> &TokenHeaders {
        &self.headers
    }
}

fn facts(
    claims: &Map<String, Value>,
    expected: &Expected,
    expires: UnixTime,
) -> Result<IdentityFacts, TokenError> {
    let scopes = text(claims, "scope")?.split(' ').filter(|scope| !scope.is_empty());
    Ok(IdentityFacts {
        provider: expected.provider.clone(),
        kind: CredentialKind::Internal,
        issuer: expected.issuer.clone(),
        subject: non_empty_text(claims, "sub")?.to_owned(),
        audience: vec![expected.trust_domain.clone()],
        scopes: scopes.map(str::to_owned).collect(),
        expires: expires.seconds(),
        transaction: Some(non_empty_text(claims, "txn")?.to_owned()),
        claims: with_context(claims)?,
    })
}

/// The claims, and beside them the members of `tctx`: what the user's own token said is found under the
/// same names at every hop.
fn with_context(claims: &Map<String, Value>) -> Result<Map<String, Value>, TokenError> {
    let mut all = claims.clone();
    let context = match claims.get("tctx") {
        None => return Ok(all),
        Some(context) => context.as_object().ok_or(TokenError::ClaimMalformed)?,
    };
    for (name, value) in context {
        if !REGISTERED.contains(&name.as_str()) {
            all.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    Ok(all)
}

/// One string, or a list of that one string (RFC 7519 §4.1.3).
fn is_audience(audience: &Value, trust_domain: &str) -> bool {
    let one = match audience.as_array().map(Vec::as_slice) {
        None => audience,
        Some([one]) => one,
        Some(_) => return false,
    };
    one.as_str() == Some(trust_domain)
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<UnixTime, TokenError> {
    let value = claims.get(name).ok_or(TokenError::ClaimMalformed)?;
    numeric_date(value).map_err(|_| TokenError::ClaimMalformed)
}

fn non_empty_text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, TokenError> {
    text(claims, name)
        .and_then(|text| if text.is_empty() { Err(TokenError::ClaimMalformed) } else { Ok(text) })
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, TokenError> {
    claims.get(name).and_then(Value::as_str).ok_or(TokenError::ClaimMalformed)
}
