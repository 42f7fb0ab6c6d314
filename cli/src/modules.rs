//! Which stages each shipped module links.

use clap::ValueEnum;
use contract::StageKind;
use pipeline::Chain;

/// A module, by the name of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Module {
    /// All stages.
    Watchword,
    /// Tokens.
    JwtVerify,
    /// The internal token.
    IdentityPropagation,
    /// Policies.
    AbacAuthz,
    /// Limits.
    RateLimit,
}

impl Module {
    /// The name of its file, without the extension.
    pub(crate) fn file_name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    pub(crate) fn kinds(self) -> &'static [&'static dyn StageKind] {
        match self {
            Self::Watchword => {
                &[&jwt::Jwt, &identity::IdentityStages, &authz::Authz, &ratelimit::Ratelimit]
            }
            Self::JwtVerify => &[&jwt::Jwt],
            Self::IdentityPropagation => &[&identity::IdentityStages],
            Self::AbacAuthz => &[&authz::Authz],
            Self::RateLimit => &[&ratelimit::Ratelimit],
        }
    }

    pub(crate) const fn chain(self) -> Chain {
        match self {
            Self::Watchword => Chain::Whole,
            Self::JwtVerify | Self::IdentityPropagation | Self::AbacAuthz | Self::RateLimit => Chain::Link,
        }
    }
}
