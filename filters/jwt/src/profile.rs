//! The kinds of token, with rules that exclude one another (RFC 8725 §3.12).

use contract::CredentialKind;
use jose::Verified;
use serde::Deserialize;

use crate::Claim;

/// By which rules a provider's tokens are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Profile {
    /// OAuth 2.0 access tokens (RFC 9068).
    AccessToken,
    /// Any signed JWT that does not say it is something else.
    Generic,
}

impl Profile {
    /// Whether `typ` is one of this kind. An access token says so (RFC 9068 §4); a token that names any
    /// special type is never a generic one.
    pub(crate) fn takes_type(self, token: &Verified) -> bool {
        match self {
            Self::AccessToken => token.is_typ("at+jwt"),
            Self::Generic => token.typ().is_none() || token.is_typ("jwt"),
        }
    }

    /// The claims that must be there (RFC 9068 §2.2). `exp`, `aud`, `iss` and `sub` are required of every
    /// kind: without one of them a token is for ever, for everybody, by or of nobody.
    pub(crate) const fn required(self) -> &'static [Claim] {
        match self {
            Self::AccessToken => &[
                Claim::Issuer,
                Claim::Expires,
                Claim::Audience,
                Claim::Subject,
                Claim::Client,
                Claim::IssuedAt,
                Claim::TokenId,
            ],
            Self::Generic => &[Claim::Issuer, Claim::Expires, Claim::Audience, Claim::Subject],
        }
    }

    pub(crate) const fn credential_kind(self) -> CredentialKind {
        match self {
            Self::AccessToken => CredentialKind::AccessToken,
            Self::Generic => CredentialKind::Generic,
        }
    }
}
