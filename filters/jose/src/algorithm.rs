//! The signature algorithms that are verified here.

use serde::{Deserialize, Serialize};

/// An algorithm of RFC 7518 §3.1 or RFC 8037 §3.1. All are asymmetric: a secret shared with an issuer could
/// forge its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519. Tokens and keys may also call it by the name of RFC 9864, `Ed25519`.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// The algorithm that an `alg` member means; names are case-sensitive (RFC 7515 §4.1.1).
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            "EdDSA" | "Ed25519" => Some(Self::EdDsa),
            _ => None,
        }
    }

    /// The name that is registered with IANA.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256 => Self::RS256,
            Algorithm::Es256 => Self::ES256,
            Algorithm::EdDsa => Self::EdDSA,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            assert_eq!(Algorithm::from_name(algorithm.name()), Some(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
            let theirs = serde_json::to_value(jsonwebtoken::Algorithm::from(algorithm)).unwrap();
            assert_eq!(theirs, algorithm.name());
        }
        assert_eq!(Algorithm::from_name("Ed25519"), Some(Algorithm::EdDsa));
        for other in ["none", "None", "rs256", "HS256", "RS256 ", "PS256", "ES256K", "Ed448", ""] {
            assert_eq!(Algorithm::from_name(other), None, "{other:?}");
        }
    }
}
