//! Why a bundle is not taken.

use std::fmt;

use jose::JoseError;

use crate::{BundleName, Claim, ContentError, Fault, LEEWAY, MAX_BUNDLE_BYTES, Place};

/// What is wrong with a bundle. One variant per failure; the order is that in which they are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleError {
    /// The document has more than [`MAX_BUNDLE_BYTES`].
    TooLong,
    /// The document is no JSON object in UTF-8 of exactly one `manifest` and one `content`. What else stands
    /// there is not repeated: nobody has vouched for it.
    Malformed(Place),
    /// The manifest is no well-formed JWS, or its signature is not by a trusted key.
    Jose(JoseError),
    /// `typ` is another one: a token for another purpose (RFC 8725 §3.11).
    TypWrong,
    /// A claim that we do not know.
    ClaimUnknown(String),
    /// A claim is not there.
    ClaimMissing(Claim),
    /// A claim has another type, or a value that its definition excludes.
    ClaimMalformed(Claim),
    /// `not_after` is not after `iat`.
    LifetimeWrong,
    /// The bundle of another name, signed with the same key.
    NameWrong {
        /// What it is called.
        found: BundleName,
    },
    /// A version below the lowest that is taken.
    TooOld {
        /// The version.
        version: u64,
    },
    /// `iat` is further ahead than [`LEEWAY`].
    IssuedInFuture,
    /// `not_after` is over.
    Expired,
    /// The content has another length than the one that was signed.
    LengthWrong,
    /// The content is another than the one that was signed.
    DigestWrong,
    /// The content that was signed is not one. The place is that in the document.
    ContentMalformed(Fault),
    /// The content that was signed breaks a bound.
    Content(ContentError),
    /// The schema in the content is not the one that the policies were validated against.
    SchemaWrong,
}

impl BundleError {
    /// The word for logs and metrics.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooLong => "bundle_too_long",
            Self::Malformed(_) => "bundle_malformed",
            Self::Jose(error) => jose_reason(*error),
            Self::TypWrong => "bundle_typ",
            Self::ClaimUnknown(_) => "bundle_claim_unknown",
            Self::ClaimMissing(_) => "bundle_claim_missing",
            Self::ClaimMalformed(_) => "bundle_claim_malformed",
            Self::LifetimeWrong => "bundle_lifetime",
            Self::NameWrong { .. } => "bundle_name",
            Self::TooOld { .. } => "bundle_too_old",
            Self::IssuedInFuture => "bundle_issued_in_future",
            Self::Expired => "bundle_expired",
            Self::LengthWrong => "bundle_length",
            Self::DigestWrong => "bundle_digest",
            Self::ContentMalformed(_) => "bundle_content_malformed",
            Self::Content(error) => error.reason(),
            Self::SchemaWrong => "bundle_schema",
        }
    }
}

const fn jose_reason(error: JoseError) -> &'static str {
    match error {
        JoseError::TooLong
        | JoseError::NotCompact
        | JoseError::NotBase64url
        | JoseError::HeaderMalformed
        | JoseError::ExtensionCritical
        | JoseError::KeyIdMalformed
        | JoseError::ClaimsMalformed => "bundle_manifest_malformed",
        JoseError::AlgorithmUnknown | JoseError::AlgorithmNotAllowed | JoseError::AlgorithmUnverifiable => {
            "bundle_algorithm"
        }
        JoseError::UnknownKey => "bundle_key_unknown",
        JoseError::KeyMismatch => "bundle_key_mismatch",
        JoseError::KeyAmbiguous => "bundle_key_ambiguous",
        JoseError::SignatureInvalid => "bundle_signature",
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "the document has more than {MAX_BUNDLE_BYTES} bytes"),
            Self::Malformed(place) => {
                write!(
                    f,
                    "{place}: not a JSON object of one `manifest` and one `content`, and nothing else"
                )
            }
            Self::Jose(error) => f.write_str(jose_message(*error)),
            Self::TypWrong => write!(f, "`typ` of the manifest is not `{}`", crate::BUNDLE_TYP),
            Self::ClaimUnknown(name) => {
                write!(f, "the manifest has a claim {name:?}, which is not known here")
            }
            Self::ClaimMissing(claim) => write!(f, "the manifest has no `{}`", claim.name()),
            Self::ClaimMalformed(claim) => write!(f, "`{}` of the manifest is malformed", claim.name()),
            Self::LifetimeWrong => f.write_str("`not_after` of the manifest is not after `iat`"),
            Self::NameWrong { found } => {
                write!(f, "it is the bundle `{found}`, which is not the one wanted")
            }
            Self::TooOld { version } => write!(f, "version {version} is below the lowest that is taken"),
            Self::IssuedInFuture => {
                write!(f, "`iat` of the manifest is more than {} seconds ahead", LEEWAY.as_secs())
            }
            Self::Expired => f.write_str("`not_after` of the manifest is over"),
            Self::LengthWrong | Self::DigestWrong => f.write_str(
                "the content is not, byte for byte, what was signed: it was changed, or reformatted",
            ),
            Self::ContentMalformed(fault) => fault.fmt(f),
            Self::Content(error) => error.fmt(f),
            Self::SchemaWrong => {
                f.write_str("the schema is not the one that the policies were validated against")
            }
        }
    }
}

const fn jose_message(error: JoseError) -> &'static str {
    match error {
        JoseError::TooLong => "the manifest is too long for a JWS",
        JoseError::NotCompact => "the manifest is no JWS in compact form",
        JoseError::NotBase64url => "a part of the manifest is no canonical base64url",
        JoseError::HeaderMalformed => "the header of the manifest is malformed",
        JoseError::ExtensionCritical => {
            "the header of the manifest has `crit` or `b64`, which nobody here knows"
        }
        JoseError::KeyIdMalformed => "`kid` of the manifest is empty, too long or not printable",
        JoseError::ClaimsMalformed => "the claims of the manifest are no JSON object with unique names",
        JoseError::AlgorithmUnknown => {
            "the manifest is signed with `none` or an algorithm that nobody knows"
        }
        JoseError::AlgorithmNotAllowed => "the manifest is signed with an algorithm that is not taken",
        JoseError::AlgorithmUnverifiable => "nobody here can verify the algorithm of the manifest",
        JoseError::UnknownKey => "the manifest is signed with a key that is not among the trusted ones",
        JoseError::KeyMismatch => "the key that the manifest names is for another algorithm",
        JoseError::KeyAmbiguous => "the manifest names no key, and more than one could be meant",
        JoseError::SignatureInvalid => "the signature of the manifest is not by the key that it names",
    }
}

impl std::error::Error for BundleError {}
