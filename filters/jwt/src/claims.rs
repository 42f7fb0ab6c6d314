//! Signed claims to facts, by the rules of one kind of token.

use std::rc::Rc;

use contract::{Identity, IdentityFacts, SpiffeId, UnixTime};
use jose::{Verified, numeric_date};
use serde_json::{Map, Value};

use crate::cache::KnownToken;
use crate::confirmation::Confirmation;
use crate::profile::Profile;
use crate::times::Times;
use crate::{Claim, TokenError};

/// Bytes of `sub` and of each other text that is read. OpenID Connect allows 255 characters for `sub`; a
/// name longer than this fits in no log line and no header.
pub const MAX_CLAIM_BYTES: usize = 1024;

/// Entries of `aud`: they are compared with each configured audience on every request.
pub const MAX_AUDIENCES: usize = 64;

/// Scopes of one token: as texts of their own they take twenty times the bytes of a one-letter scope.
pub const MAX_SCOPES: usize = 256;

/// Read the token of the provider called `provider`.
///
/// # Errors
/// When its type or one of its claims is not as `profile` requires.
pub(crate) fn read(profile: Profile, provider: &str, verified: Verified) -> Result<KnownToken, TokenError> {
    if !profile.takes_type(&verified) || !profile.takes_claims(verified.claims()) {
        return Err(TokenError::TypeWrong);
    }
    let claims = Reader(verified.claims());
    let confirmation = Confirmation::of(verified.claims())?;
    for claim in profile.required() {
        claims.require(*claim)?;
    }
    let (issuer, subject) = claims.origin(profile)?;
    let audience = claims.audience()?;
    if profile == Profile::IdToken {
        claims.authorized_party(&audience)?;
    }
    let times = claims.times()?;
    let scopes = if profile.has_scopes() { claims.scopes()? } else { Vec::new() };
    let facts = IdentityFacts {
        provider: provider.to_owned(),
        kind: profile.credential_kind(),
        issuer,
        subject,
        audience,
        scopes,
        expires: times.expires.seconds(),
        transaction: None,
        claims: verified.into_claims(),
    };
    Ok(KnownToken { identity: Rc::new(identity(facts)), times, confirmation })
}

/// The one place of this crate where the facts of a token become an identity: after signature and form. It
/// leaves this crate through [`crate::provider::Provider::judge`] only.
#[expect(clippy::disallowed_methods, reason = "the token was verified just before")]
const fn identity(facts: IdentityFacts) -> Identity {
    Identity::from_verified(facts)
}

/// `iss`, which chooses the provider and proves nothing before the signature is checked.
///
/// # Errors
/// When it is absent or no text.
pub(crate) fn unverified_issuer(claims: &Map<String, Value>) -> Result<String, TokenError> {
    Reader(claims).text(Claim::Issuer)
}

/// The trust domain of `sub` as a SPIFFE ID, which chooses the provider of a JWT-SVID and proves nothing
/// before the signature is checked.
///
/// # Errors
/// When `sub` is absent or no SPIFFE ID.
pub(crate) fn unverified_trust_domain(claims: &Map<String, Value>) -> Result<String, TokenError> {
    Reader(claims).workload().map(|(trust_domain, _)| trust_domain)
}

/// The SPIFFE ID of `trust_domain` itself (SPIFFE-ID §2.4), as whose tokens a JWT-SVID counts.
pub(crate) fn issuer_of_domain(trust_domain: &str) -> String {
    format!("spiffe://{trust_domain}")
}

struct Reader<'a>(&'a Map<String, Value>);

impl Reader<'_> {
    /// Who vouches, and for whom. `iss` of a JWT-SVID means nothing (SPIFFE JWT-SVID §3): its trust domain
    /// vouches.
    fn origin(&self, profile: Profile) -> Result<(String, String), TokenError> {
        match profile {
            Profile::JwtSvid => self.workload(),
            Profile::AccessToken | Profile::IdToken | Profile::Generic => {
                Ok((self.text(Claim::Issuer)?, self.text(Claim::Subject)?))
            }
        }
    }

    /// The trust domain of the workload in `sub`, and its SPIFFE ID, which has a bound of its own.
    fn workload(&self) -> Result<(String, String), TokenError> {
        let value = self.0.get("sub").ok_or(TokenError::ClaimMissing(Claim::Subject))?;
        let id = value.as_str().and_then(|text| SpiffeId::parse(text).ok());
        let id = id.ok_or(TokenError::ClaimMalformed(Claim::Subject))?;
        Ok((issuer_of_domain(id.trust_domain()), id.as_str().to_owned()))
    }

    /// `azp`, which must be there when the token is for several (OpenID Connect Core §3.1.3.7, 4).
    fn authorized_party(&self, audience: &[String]) -> Result<(), TokenError> {
        if audience.len() > 1 || self.0.contains_key("azp") {
            return self.require(Claim::AuthorizedParty);
        }
        Ok(())
    }

    /// That `claim` is there, in the form of its definition.
    fn require(&self, claim: Claim) -> Result<(), TokenError> {
        let value = self.0.get(claim.name()).ok_or(TokenError::ClaimMissing(claim))?;
        let good = match claim {
            Claim::Expires | Claim::NotBefore | Claim::IssuedAt => numeric_date(value).is_ok(),
            Claim::Audience => is_audience(value),
            Claim::Scope => value.is_string(),
            Claim::Issuer | Claim::Subject | Claim::TokenId | Claim::Client | Claim::AuthorizedParty => {
                text(value).is_some()
            }
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
        let scopes = text.split(' ').filter(|scope| !scope.is_empty());
        let scopes: Vec<_> = scopes.take(MAX_SCOPES.saturating_add(1)).map(str::to_owned).collect();
        let bounded = scopes.len() <= MAX_SCOPES;
        bounded.then_some(scopes).ok_or(TokenError::ClaimMalformed(Claim::Scope))
    }
}

/// Names hold no control characters: what a log, a header or a terminal makes of one is anybody's guess.
fn text(value: &Value) -> Option<&str> {
    let good = |text: &&str| (1..=MAX_CLAIM_BYTES).contains(&text.len()) && !has_control(text);
    value.as_str().filter(good)
}

/// Nearly all are printable ASCII, which is found out byte by byte.
fn has_control(text: &str) -> bool {
    !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.chars().any(char::is_control)
}

/// Whether [`audience`] reads it.
fn is_audience(value: &Value) -> bool {
    match value {
        Value::Array(values) => {
            (1..=MAX_AUDIENCES).contains(&values.len()) && values.iter().all(|value| text(value).is_some())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            text(value).is_some()
        }
    }
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
