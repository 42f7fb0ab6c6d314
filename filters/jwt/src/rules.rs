//! What is judged about a good signature on every request, by the rules of its provider.

use contract::{CredentialKind, Env, IdentityFacts};

use crate::TokenError;
use crate::cache::KnownToken;
use crate::pattern::Pattern;
use crate::required_claims::RequiredClaim;
use crate::times::TimeRules;

/// What a provider asks of its tokens beyond signature and form.
#[derive(Debug)]
pub(crate) struct Rules {
    /// `iss`; for JWT-SVIDs the SPIFFE ID of the trust domain.
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) times: TimeRules,
    /// One of them matches `sub`; `None` takes every subject.
    pub(crate) subjects: Option<Vec<Pattern>>,
    pub(crate) required_claims: Vec<RequiredClaim>,
    pub(crate) required_scopes: Vec<String>,
}

impl Rules {
    /// Judge a token. What a client cannot heal by asking for more scopes comes first.
    ///
    /// # Errors
    /// When it is not good now, not here, not of this caller, or not for enough.
    pub(crate) fn judge(&self, token: &KnownToken, env: &Env<'_>) -> Result<(), TokenError> {
        let facts = token.identity.facts();
        token.times.judge(env.now, &self.times)?;
        self.judge_origin(facts)?;
        self.judge_audience(facts)?;
        for required in &self.required_claims {
            required.judge(&facts.claims)?;
        }
        if let Some(confirmation) = &token.confirmation {
            confirmation.judge(env.connection)?;
        }
        self.judge_scopes(facts)
    }

    fn judge_origin(&self, facts: &IdentityFacts) -> Result<(), TokenError> {
        if facts.issuer != self.issuer {
            return Err(TokenError::IssuerUnknown);
        }
        let Some(subjects) = &self.subjects else { return Ok(()) };
        let taken = subjects.iter().any(|pattern| pattern.matches(&facts.subject));
        taken.then_some(()).ok_or(TokenError::SubjectNotAllowed)
    }

    fn judge_audience(&self, facts: &IdentityFacts) -> Result<(), TokenError> {
        if !facts.audience.iter().any(|audience| self.audiences.contains(audience)) {
            return Err(TokenError::AudienceWrong);
        }
        if facts.kind == CredentialKind::IdToken && !self.knows_authorized_party(facts) {
            return Err(TokenError::AuthorizedPartyWrong);
        }
        Ok(())
    }

    /// Whether `azp`, if it is there, is one of our audiences (OpenID Connect Core §3.1.3.7, 5).
    fn knows_authorized_party(&self, facts: &IdentityFacts) -> bool {
        let party = facts.claims.get("azp").map(|party| party.as_str().unwrap_or_default());
        party.is_none_or(|party| self.audiences.iter().any(|audience| audience == party))
    }

    fn judge_scopes(&self, facts: &IdentityFacts) -> Result<(), TokenError> {
        if self.required_scopes.iter().all(|scope| facts.scopes.contains(scope)) {
            return Ok(());
        }
        Err(TokenError::ScopeInsufficient { required: self.required_scopes.join(" ") })
    }
}
