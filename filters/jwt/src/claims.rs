//! Signed claims to facts, by the rules of one kind of token.

use contract::{IdentityFacts, UnixTime};
use jose::{Verified, numeric_date};
use serde_json::{Map, Value};

use crate::profile::Profile;
use crate::times::Times;
use crate::{Claim, TokenError};

/// Bytes of `sub` and of each other text that is read. OpenID Connect allows 255 characters for `sub`; a
/// name longer than this fits in no log line and no header.
pub const MAX_CLAIM_BYTES: usize = 1024;

/// Entries of `aud`: they are compared with each configured audience on every request.
pub const MAX_AUDIENCES: usize = 64;

/// What a signed token says, in the form that its kind requires. Whether it is good now, and for whom, is
/// not decided yet.
#[derive(Debug)]
pub(crate) struct SignedFacts {
    pub(crate) facts: IdentityFacts,
    pub(crate) times: Times,
}

/// Read the token of the provider called `provider`.
///
/// # Errors
/// When its type or one of its claims is not as `profile` requires.
pub(crate) fn read(
    profile: Profile,
    provider: &str,
    verified: Verified,
) -> Result<SignedFacts, TokenError> {
    if !profile.takes_type(&verified) {
        return Err(TokenError::TypeWrong);
    }
    let claims = Reader(verified.claims());
    claims.is_bearer()?;
    for claim in profile.required() {
        claims.require(*claim)?;
    }
    let times = claims.times()?;
    let facts = IdentityFacts {
        provider: provider.to_owned(),
        kind: profile.credential_kind(),
        issuer: claims.text(Claim::Issuer)?,
        subject: claims.text(Claim::Subject)?,
        audience: claims.audience()?,
        scopes: claims.scopes()?,
        expires: times.expires.seconds(),
        transaction: None,
        claims: Map::new(),
    };
    Ok(SignedFacts { facts: IdentityFacts { claims: verified.into_claims(), ..facts }, times })
}

/// `iss`, which chooses the provider and proves nothing before the signature is checked.
///
/// # Errors
/// When it is absent or no text.
pub(crate) fn unverified_issuer(claims: &Map<String, Value>) -> Result<String, TokenError> {
    Reader(claims).require(Claim::Issuer)?;
    Reader(claims).text(Claim::Issuer)
}

struct Reader<'a>(&'a Map<String, Value>);

impl Reader<'_> {
    /// That whoever holds the token may use it. Of every kind, and whatever `cnf` holds (RFC 7800 §3.1): a
    /// binding that is not understood is still one. Signed claims never change and a token that fails here
    /// is not remembered, so a known token needs no second look.
    fn is_bearer(&self) -> Result<(), TokenError> {
        if self.0.contains_key("cnf") { Err(TokenError::SenderConstrained) } else { Ok(()) }
    }

    /// That `claim` is there, in the form of its definition.
    fn require(&self, claim: Claim) -> Result<(), TokenError> {
        let value = self.0.get(claim.name()).ok_or(TokenError::ClaimMissing(claim))?;
        let good = match claim {
            Claim::Expires | Claim::NotBefore | Claim::IssuedAt => numeric_date(value).is_ok(),
            Claim::Audience => audience(value).is_some(),
            Claim::Scope => value.is_string(),
            Claim::Issuer | Claim::Subject | Claim::TokenId | Claim::Client => text(value).is_some(),
        };
        good.then_some(()).ok_or(TokenError::ClaimMalformed(claim))
    }

    fn text(&self, claim: Claim) -> Result<String, TokenError> {
        let value = self.0.get(claim.name()).ok_or(TokenError::ClaimMissing(claim))?;
        text(value).map(str::to_owned).ok_or(TokenError::ClaimMalformed(claim))
    }

    fn audience(&self) -> Result<Vec<String>, TokenError> {
        let value = self.0.get("aud").ok_or(TokenError::ClaimMissing(Claim::Audience))?;
        audience(value).ok_or(TokenError::ClaimMalformed(Claim::Audience))
    }

    fn times(&self) -> Result<Times, TokenError> {
        Ok(Times {
            expires: self.time(Claim::Expires)?.ok_or(TokenError::ClaimMissing(Claim::Expires))?,
            not_before: self.time(Claim::NotBefore)?,
            issued_at: self.time(Claim::IssuedAt)?,
        })
    }

    fn time(&self, claim: Claim) -> Result<Option<UnixTime>, TokenError> {
        let value = self.0.get(claim.name());
        value.map(numeric_date).transpose().map_err(|_| TokenError::ClaimMalformed(claim))
    }

    /// `scope` is one text with spaces (RFC 8693 §4.2); absent, it grants nothing.
    fn scopes(&self) -> Result<Vec<String>, TokenError> {
        let Some(value) = self.0.get("scope") else { return Ok(Vec::new()) };
        let text = value.as_str().ok_or(TokenError::ClaimMalformed(Claim::Scope))?;
        Ok(text.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect())
    }
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| (1..=MAX_CLAIM_BYTES).contains(&text.len()))
}

/// One text or a list of texts (RFC 7519 §4.1.3), always as a list.
fn audience(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(_) => text(value).map(|audience| vec![audience.to_owned()]),
        Value::Array(values) if (1..=MAX_AUDIENCES).contains(&values.len()) => {
            values.iter().map(|value| text(value).map(str::to_owned)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
