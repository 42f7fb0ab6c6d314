//! Whose rules a token is judged by: chosen by what it says of itself, before anything is verified.
//!
//! The choice never depends on what is remembered: the providers of one route have different issuers, and
//! where JWT-SVIDs stand beside other tokens, the type tells them apart (the compiler sees to both).

use std::rc::Rc;

use jose::Unverified;

use crate::profile::{Profile, is_access_token};
use crate::provider::Provider;
use crate::{TokenError, claims};

/// The one of `providers` whose token this would be.
///
/// # Errors
/// When it would be nobody's.
pub(crate) fn provider_of<'a>(
    providers: &'a [Rc<Provider>],
    token: &Unverified<'_>,
) -> Result<&'a Rc<Provider>, TokenError> {
    let svids = providers.iter().any(|provider| provider.profile == Profile::JwtSvid);
    let others = providers.iter().any(|provider| provider.profile != Profile::JwtSvid);
    let (issuer, unknown) = match svids && !(others && is_access_token(token)) {
        true => (claims::unverified_trust_domain(token.claims())?, TokenError::TrustDomainUnknown),
        false => (claims::unverified_issuer(token.claims())?, TokenError::IssuerUnknown),
    };
    providers.iter().find(|provider| provider.rules.issuer == issuer).ok_or(unknown)
}
