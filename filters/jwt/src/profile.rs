//! The kinds of token, with rules that exclude one another (RFC 8725 §3.12).
//!
//! The internal token of a trust domain is of none of them: its type, `txntoken+jwt`, is refused by all.

use contract::CredentialKind;
use jose::{Algorithm, KeyUse, Unverified, Verified};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Claim;

/// By which rules a provider's tokens are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TokenKind"))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Profile {
    /// OAuth 2.0 access tokens (RFC 9068).
    AccessToken,
    /// OpenID Connect ID tokens (OpenID Connect Core §2).
    IdToken,
    /// JWT-SVIDs of a trust domain (SPIFFE JWT-SVID).
    JwtSvid,
    /// Any signed JWT that does not say it is something else.
    Generic,
}

/// The type of an access token (RFC 9068 §2.1).
const ACCESS_TOKEN_TYPE: &str = "at+jwt";

impl Profile {
    /// Whether `typ` is one of this kind. An access token says so (RFC 9068 §4); a token that names any
    /// special type is never one of the others.
    pub(crate) fn takes_type(self, token: &Verified) -> bool {
        match self {
            Self::AccessToken => token.is_typ(ACCESS_TOKEN_TYPE),
            Self::IdToken | Self::Generic => is_plain(token),
            Self::JwtSvid => is_plain(token) || token.is_typ("jose"),
        }
    }

    /// Whether no claim says that the token is of another kind. `events` makes it a security event, also when
    /// it has no type (RFC 8417 §2.2): a logout token has issuer, audience and subject of the ID token before
    /// it (OpenID Connect Back-Channel Logout §2.4). The others stand in ID tokens only (OpenID Connect Core
    /// §2, §3.3.2.11).
    pub(crate) fn takes_claims(self, claims: &Map<String, Value>) -> bool {
        const OF_ID_TOKENS: [&str; 3] = ["nonce", "at_hash", "c_hash"];
        let is_id_token = OF_ID_TOKENS.iter().any(|claim| claims.contains_key(*claim));
        !claims.contains_key("events") && (self == Self::IdToken || !is_id_token)
    }

    /// The claims that must be there, beside the subject: RFC 9068 §2.2, OpenID Connect Core §2, SPIFFE
    /// JWT-SVID §3. Without one of `exp`, `aud`, `iss` and `sub` a token is for ever, for everybody, by or
    /// of nobody; of a JWT-SVID the subject says by whom.
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
            Self::IdToken => {
                &[Claim::Issuer, Claim::Expires, Claim::Audience, Claim::Subject, Claim::IssuedAt]
            }
            Self::Generic => &[Claim::Issuer, Claim::Expires, Claim::Audience, Claim::Subject],
            Self::JwtSvid => &[Claim::Expires, Claim::Audience],
        }
    }

    /// Whether its tokens may be signed with `algorithm`. A JWT-SVID is signed with a key pair of RSA or a
    /// NIST curve (SPIFFE JWT-SVID §2.1).
    pub(crate) fn allows(self, algorithm: Algorithm) -> bool {
        match self {
            Self::JwtSvid => matches!(algorithm.name().get(..2), Some("RS" | "ES" | "PS")),
            Self::AccessToken | Self::IdToken | Self::Generic => true,
        }
    }

    /// Whether a token must name its key. A trust domain publishes keys of many servers.
    pub(crate) const fn requires_key_id(self) -> bool {
        matches!(self, Self::JwtSvid)
    }

    /// Whether `scope` of its tokens grants anything. An ID token says who somebody is, not what a client may do.
    pub(crate) const fn has_scopes(self) -> bool {
        !matches!(self, Self::IdToken)
    }

    /// Which keys of a set sign its tokens.
    pub(crate) const fn key_use(self) -> KeyUse {
        match self {
            Self::JwtSvid => KeyUse::JwtSvid,
            Self::AccessToken | Self::IdToken | Self::Generic => KeyUse::Signature,
        }
    }

    /// Whether tokens of this kind can be told from JWT-SVIDs before anything is verified.
    pub(crate) const fn is_told_from_svids(self) -> bool {
        matches!(self, Self::AccessToken | Self::JwtSvid)
    }

    pub(crate) const fn credential_kind(self) -> CredentialKind {
        match self {
            Self::AccessToken => CredentialKind::AccessToken,
            Self::IdToken => CredentialKind::IdToken,
            Self::JwtSvid => CredentialKind::JwtSvid,
            Self::Generic => CredentialKind::Generic,
        }
    }
}

/// Whether `token` does not say that it is anything special.
fn is_plain(token: &Verified) -> bool {
    token.typ().is_none() || token.is_typ("jwt")
}

/// Whether `token` says that it is an access token.
pub(crate) fn is_access_token(token: &Unverified<'_>) -> bool {
    token.is_typ(ACCESS_TOKEN_TYPE)
}
