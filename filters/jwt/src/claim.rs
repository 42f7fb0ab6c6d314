//! The claims that are read, by name.

/// A claim that is read, by its registered meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Claim {
    /// `iss` (RFC 7519 §4.1.1).
    Issuer,
    /// `sub` (RFC 7519 §4.1.2).
    Subject,
    /// `aud` (RFC 7519 §4.1.3).
    Audience,
    /// `exp` (RFC 7519 §4.1.4).
    Expires,
    /// `nbf` (RFC 7519 §4.1.5).
    NotBefore,
    /// `iat` (RFC 7519 §4.1.6).
    IssuedAt,
    /// `jti` (RFC 7519 §4.1.7).
    TokenId,
    /// `client_id` (RFC 8693 §4.3).
    Client,
    /// `azp` (OpenID Connect Core §2).
    AuthorizedParty,
    /// `scope` (RFC 8693 §4.2).
    Scope,
}

impl Claim {
    /// The name in a token.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "iss",
            Self::Subject => "sub",
            Self::Audience => "aud",
            Self::Expires => "exp",
            Self::NotBefore => "nbf",
            Self::IssuedAt => "iat",
            Self::TokenId => "jti",
            Self::Client => "client_id",
            Self::AuthorizedParty => "azp",
            Self::Scope => "scope",
        }
    }

    pub(crate) const fn reason_missing(self) -> &'static str {
        match self {
            Self::Issuer => "issuer_missing",
            Self::Subject => "subject_missing",
            Self::Audience => "audience_missing",
            Self::Expires => "expiry_missing",
            Self::NotBefore => "not_before_missing",
            Self::IssuedAt => "issued_at_missing",
            Self::TokenId => "token_id_missing",
            Self::Client => "client_missing",
            Self::AuthorizedParty => "authorized_party_missing",
            Self::Scope => "scope_missing",
        }
    }

    pub(crate) const fn reason_malformed(self) -> &'static str {
        match self {
            Self::Issuer => "issuer_malformed",
            Self::Subject => "subject_malformed",
            Self::Audience => "audience_malformed",
            Self::Expires => "expiry_malformed",
            Self::NotBefore => "not_before_malformed",
            Self::IssuedAt => "issued_at_malformed",
            Self::TokenId => "token_id_malformed",
            Self::Client => "client_malformed",
            Self::AuthorizedParty => "authorized_party_malformed",
            Self::Scope => "scope_malformed",
        }
    }
}
