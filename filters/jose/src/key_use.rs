//! What the keys of a set are for.

use jsonwebtoken::jwk::PublicKeyUse;

/// Which keys of a set are taken (RFC 7517 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyUse {
    /// Keys for signatures: `use` is `sig` or absent.
    #[default]
    Signature,
    /// Keys for JWT-SVIDs: `use` is `jwt-svid`, and there is a `kid` (SPIFFE Trust Domain and Bundle §4.2).
    JwtSvid,
}

impl KeyUse {
    /// Whether a key of this `use` and `kid` is taken.
    pub(crate) fn takes(self, named: Option<&PublicKeyUse>, key_id: Option<&str>) -> bool {
        match (self, named) {
            (Self::Signature, None | Some(PublicKeyUse::Signature)) => true,
            (Self::JwtSvid, Some(PublicKeyUse::Other(name))) => name == "jwt-svid" && key_id.is_some(),
            (Self::Signature | Self::JwtSvid, _) => false,
        }
    }
}
