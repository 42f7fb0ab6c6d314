//! Why a token is not believed.

use std::fmt;

/// What is wrong with a token. One variant per reason, for the log; a client is told none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoseError {
    /// More than [`crate::MAX_TOKEN_BYTES`].
    TooLong,
    /// Not three parts (RFC 7515 §7.1). Five would be an encrypted token, which is not taken.
    NotCompact,
    /// A part is no canonical base64url.
    NotBase64url,
    /// The header is no JSON object in UTF-8 with unique members, or a member has the wrong type.
    HeaderMalformed,
    /// `alg` is `none`, unknown, or spelled in another case (RFC 8725 §3.1).
    AlgorithmUnknown,
    /// `crit` or `b64` is there: we know no extension that must be understood (RFC 7515 §4.1.11, RFC 7797).
    ExtensionCritical,
    /// `kid` is empty, too long or not printable.
    KeyIdMalformed,
    /// The claims are no JSON object in UTF-8 with unique members, or nest too deeply.
    ClaimsMalformed,
    /// There is no code here that verifies this algorithm.
    AlgorithmUnverifiable,
    /// The caller does not take this algorithm.
    AlgorithmNotAllowed,
    /// No key of that `kid`, or none of that algorithm when there is no `kid`. A newer key set may heal it.
    UnknownKey,
    /// The key of that `kid` is for another algorithm.
    KeyMismatch,
    /// No `kid`, and more than one key of the algorithm: none of them is tried.
    KeyAmbiguous,
    /// The signature is not by the key.
    SignatureInvalid,
}

impl JoseError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "token_too_long",
            Self::NotCompact => "token_not_compact",
            Self::NotBase64url => "token_not_base64url",
            Self::HeaderMalformed => "token_header_malformed",
            Self::AlgorithmUnknown => "algorithm_unknown",
            Self::ExtensionCritical => "extension_critical",
            Self::KeyIdMalformed => "key_id_malformed",
            Self::ClaimsMalformed => "claims_malformed",
            Self::AlgorithmUnverifiable => "algorithm_unverifiable",
            Self::AlgorithmNotAllowed => "algorithm_not_allowed",
            Self::UnknownKey => "key_unknown",
            Self::KeyMismatch => "key_mismatch",
            Self::KeyAmbiguous => "key_ambiguous",
            Self::SignatureInvalid => "signature_invalid",
        }
    }
}

impl fmt::Display for JoseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for JoseError {}
