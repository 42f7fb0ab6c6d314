//! What a provider asks of its tokens beyond their signature.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use contract::{ConfigError, Duration, SpiffeId};
use jose::StrictValue;

use super::Draft;
use crate::api_keys::ISSUER_PREFIX;
use crate::claims::issuer_of_domain;
use crate::pattern::{MAX_PATTERN_BYTES, Pattern};
use crate::profile::Profile;
use crate::raw::{RawLeeway, RawProvider};
use crate::required_claims::{MAX_REQUIRED_CLAIMS, MAX_REQUIRED_VALUES, RequiredClaim, is_exact_scalar};
use crate::rules::Rules;
use crate::times::{Leeway, TimeRules};

/// Clocks that differ by more than five minutes are broken (RFC 7519 §4.1.4: "a few minutes").
pub(crate) const LEEWAY_SECONDS: RangeInclusive<u64> = 0..=300;

/// Shorter than a second no token lives; a year is what the longest-lived API tokens are given.
pub(crate) const LIFETIME_SECONDS: RangeInclusive<u64> = 1..=31_536_000;

/// Patterns of subjects of one provider: each is tried on every request.
pub(crate) const MAX_SUBJECTS: usize = 64;

impl Draft<'_> {
    pub(super) fn rules(&self, raw: &RawProvider) -> Result<Rules, ConfigError> {
        if raw.audiences.is_empty() || raw.audiences.iter().any(String::is_empty) {
            return Err(self.error("audiences", "must not be empty: a token for everybody proves nothing"));
        }
        if !raw.kind.has_scopes() && !raw.required_scopes.is_empty() {
            return Err(self.error("required_scopes", "an ID token has no scopes"));
        }
        self.making.fields.scopes(&self.path("required_scopes"), &raw.required_scopes)?;
        Ok(Rules {
            issuer: self.issuer(raw)?,
            audiences: raw.audiences.clone(),
            times: self.times(raw)?,
            subjects: self.subjects(raw.subjects.as_deref())?,
            required_claims: self.required_claims(&raw.required_claims)?,
            required_scopes: raw.required_scopes.clone(),
        })
    }

    /// `issuer`, or for JWT-SVIDs what stands for it.
    fn issuer(&self, raw: &RawProvider) -> Result<String, ConfigError> {
        match (raw.kind, &raw.issuer, &raw.trust_domain) {
            (Profile::JwtSvid, None, Some(domain)) => {
                let issuer = issuer_of_domain(domain);
                // A slash would make a path of it.
                let good = !domain.contains('/') && SpiffeId::parse(&issuer).is_ok();
                good.then_some(issuer)
                    .ok_or_else(|| self.error("trust_domain", "is no SPIFFE trust domain"))
            }
            (Profile::JwtSvid, ..) => {
                Err(self.error("trust_domain", "this kind has a `trust_domain` and no `issuer`"))
            }
            (_, _, Some(_)) => Err(self.error("trust_domain", "only `jwt_svid` has one")),
            (_, Some(issuer), None) if !issuer.is_empty() && !issuer.starts_with(ISSUER_PREFIX) => {
                Ok(issuer.clone())
            }
            (_, Some(_), None) => {
                let message = format!("must not be empty, nor start with `{ISSUER_PREFIX}`");
                Err(self.error("issuer", message))
            }
            (_, None, None) => Err(self.error("issuer", "missing: whose tokens are these?")),
        }
    }

    fn times(&self, raw: &RawProvider) -> Result<TimeRules, ConfigError> {
        let RawLeeway { exp, nbf, iat } = raw.leeway_seconds;
        for seconds in [exp, nbf, iat] {
            self.making.fields.in_range(&self.path("leeway_seconds"), seconds, &LEEWAY_SECONDS)?;
        }
        if let Some(seconds) = raw.max_lifetime_seconds {
            self.making.fields.in_range(&self.path("max_lifetime_seconds"), seconds, &LIFETIME_SECONDS)?;
        }
        let [expires, not_before, issued_at] = [exp, nbf, iat].map(Duration::from_secs);
        Ok(TimeRules {
            leeway: Leeway { expires, not_before, issued_at },
            max_lifetime: raw.max_lifetime_seconds.map(Duration::from_secs),
        })
    }

    fn subjects(&self, raw: Option<&[String]>) -> Result<Option<Vec<Pattern>>, ConfigError> {
        let Some(raw) = raw else { return Ok(None) };
        let patterns: Option<Vec<_>> = raw.iter().map(|text| Pattern::new(text)).collect();
        let patterns = patterns.filter(|patterns| (1..=MAX_SUBJECTS).contains(&patterns.len()));
        patterns.map(Some).ok_or_else(|| {
            let message =
                format!("must be 1 to {MAX_SUBJECTS} patterns, each of 1 to {MAX_PATTERN_BYTES} bytes");
            self.error("subjects", message)
        })
    }

    fn required_claims(
        &self,
        raw: &BTreeMap<String, Vec<StrictValue>>,
    ) -> Result<Vec<RequiredClaim>, ConfigError> {
        if raw.len() > MAX_REQUIRED_CLAIMS {
            let message = format!("at most {MAX_REQUIRED_CLAIMS} claims");
            return Err(self.error("required_claims", message));
        }
        let is_good = |StrictValue(value): &StrictValue| is_exact_scalar(value);
        let bad = |allowed: &Vec<StrictValue>| {
            allowed.len() > MAX_REQUIRED_VALUES || !allowed.iter().all(is_good)
        };
        if let Some((name, _)) = raw.iter().find(|(_, allowed)| bad(allowed)) {
            let message = format!(
                "at most {MAX_REQUIRED_VALUES} texts, booleans or numbers of at most 53 bits; write longer ones as texts"
            );
            return Err(self.error(&format!("required_claims.{name}"), message));
        }
        let claims = raw.iter().map(|(name, allowed)| {
            let allowed = allowed.iter().map(|StrictValue(value)| value.clone()).collect();
            RequiredClaim { name: name.clone(), allowed }
        });
        Ok(claims.collect())
    }
}
