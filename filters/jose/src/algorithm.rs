//! The algorithms that are verified here.

use serde::{Deserialize, Serialize};

/// An algorithm of RFC 7518 §3.1 or RFC 8037 §3.1. The names are those that IANA registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
    /// RSASSA-PSS with SHA-256, and MGF1 with it.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSASSA-PSS with SHA-384, and MGF1 with it.
    #[serde(rename = "PS384")]
    Ps384,
    /// RSASSA-PSS with SHA-512, and MGF1 with it.
    #[serde(rename = "PS512")]
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// ECDSA on P-521 with SHA-512. Only a proxy can verify it: [`crate::Abilities`] says whether one does.
    #[serde(rename = "ES512")]
    Es512,
    /// Ed25519. Tokens, keys and configurations may also call it by the name of RFC 9864, `Ed25519`.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
    /// HMAC with SHA-256, under a secret that is shared with the issuer.
    #[serde(rename = "HS256")]
    Hs256,
    /// HMAC with SHA-384, under a secret that is shared with the issuer.
    #[serde(rename = "HS384")]
    Hs384,
    /// HMAC with SHA-512, under a secret that is shared with the issuer.
    #[serde(rename = "HS512")]
    Hs512,
}

/// jsonwebtoken has no name for this algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotInJsonwebtoken;

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::EdDsa,
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
    ];

    /// The algorithm that an `alg` member means; names are case-sensitive (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "Ed25519" => Some(Self::EdDsa),
            _ => Self::ALL.into_iter().find(|algorithm| algorithm.name() == name),
        }
    }

    /// The name that is registered with IANA.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// Whether it is verified with the secret that it is made with, so that the secret is ours to guard.
    pub const fn is_symmetric(self) -> bool {
        matches!(self, Self::Hs256 | Self::Hs384 | Self::Hs512)
    }

    /// Whether an RSA key is what it is verified with.
    pub(crate) const fn is_rsa(self) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => true,
            Self::Es256 | Self::Es384 | Self::Es512 | Self::EdDsa => false,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => false,
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Algorithm {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Algorithm".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let description = "An algorithm of RFC 7518 §3.1 or RFC 8037 §3.1. `Ed25519` (RFC 9864) is another name of \
                           `EdDSA`. `HS256`, `HS384` and `HS512` need a `secret`; `ES512` needs a proxy that verifies it.";
        let names = Self::ALL.into_iter().map(Self::name).chain(["Ed25519"]);
        contract::schema::one_of_names(description, names)
    }
}

impl TryFrom<Algorithm> for jsonwebtoken::Algorithm {
    type Error = NotInJsonwebtoken;

    /// Everything but ES512, which jsonwebtoken does not know.
    fn try_from(algorithm: Algorithm) -> Result<Self, NotInJsonwebtoken> {
        match algorithm {
            Algorithm::Rs256 => Ok(Self::RS256),
            Algorithm::Rs384 => Ok(Self::RS384),
            Algorithm::Rs512 => Ok(Self::RS512),
            Algorithm::Ps256 => Ok(Self::PS256),
            Algorithm::Ps384 => Ok(Self::PS384),
            Algorithm::Ps512 => Ok(Self::PS512),
            Algorithm::Es256 => Ok(Self::ES256),
            Algorithm::Es384 => Ok(Self::ES384),
            Algorithm::Es512 => Err(NotInJsonwebtoken),
            Algorithm::EdDsa => Ok(Self::EdDSA),
            Algorithm::Hs256 => Ok(Self::HS256),
            Algorithm::Hs384 => Ok(Self::HS384),
            Algorithm::Hs512 => Ok(Self::HS512),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
            assert_eq!(serde_json::from_value::<Algorithm>(algorithm.name().into()).unwrap(), algorithm);
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
        assert_eq!(serde_json::from_value::<Algorithm>("Ed25519".into()).unwrap(), Algorithm::EdDsa);
        for other in ["none", "None", "rs256", "hs256", "RS256 ", "PS1", "ES256K", "ES521", "Ed448", ""] {
            assert_eq!(Algorithm::from_name(other), None, "{other:?}");
            assert!(serde_json::from_value::<Algorithm>(other.into()).is_err(), "{other:?}");
        }
    }

    #[test]
    fn jsonwebtoken_names_all_but_one_the_same() {
        for algorithm in Algorithm::ALL {
            match jsonwebtoken::Algorithm::try_from(algorithm) {
                Ok(theirs) => assert_eq!(serde_json::to_value(theirs).unwrap(), algorithm.name()),
                Err(NotInJsonwebtoken) => assert_eq!(algorithm, Algorithm::Es512),
            }
        }
    }
}
