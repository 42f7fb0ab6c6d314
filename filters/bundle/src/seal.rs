//! Making a bundle.

use std::fmt;

use contract::UnixTime;
use jose::{SignError, SigningKey};
use serde_json::{Map, Value, json};

use crate::manifest::{ContentClaim, SchemaClaim};
use crate::{BUNDLE_TYP, BundleName, Claim, Content, ContentError, MAX_BUNDLE_BYTES, Sha256};

/// What is said of a content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// Which bundle it is.
    pub name: BundleName,
    /// A number that no other bundle of this name has had, 1 or more.
    pub version: u64,
    /// Now. What is less than a second is cut off.
    pub issued_at: UnixTime,
    /// From when on it is not taken any more. What is less than a second is cut off.
    pub not_after: UnixTime,
}

/// Why a bundle was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealError {
    /// No proxy would take the content.
    Content(ContentError),
    /// The version is 0.
    VersionZero,
    /// It would end before it begins.
    LifetimeWrong,
    /// The document would have more than [`MAX_BUNDLE_BYTES`].
    TooLong,
    /// The content could not be written.
    NotWritable,
    /// It was not signed.
    Sign(SignError),
}

/// The document of `content`, signed by `key`. The content stands in it with one member on a line, so that two
/// versions can be compared by eye.
///
/// # Errors
/// When no proxy would take it, or it cannot be signed.
pub fn seal(content: &Content, meta: &Meta, key: &SigningKey) -> Result<String, SealError> {
    content.check().map_err(SealError::Content)?;
    let text = serde_json::to_string_pretty(content).map_err(|_| SealError::NotWritable)?;
    let claims = claims(content, text.as_bytes(), meta)?;
    let manifest = key.sign(BUNDLE_TYP, &claims).map_err(SealError::Sign)?;
    let document = format!("{{\n\"manifest\": \"{manifest}\",\n\"content\": {text}\n}}\n");
    if document.len() > MAX_BUNDLE_BYTES {
        return Err(SealError::TooLong);
    }
    Ok(document)
}

fn claims(content: &Content, text: &[u8], meta: &Meta) -> Result<Map<String, Value>, SealError> {
    let Meta { name, version, issued_at, not_after } = meta;
    if *version == 0 {
        return Err(SealError::VersionZero);
    }
    if not_after.seconds() <= issued_at.seconds() {
        return Err(SealError::LifetimeWrong);
    }
    let bytes = u64::try_from(text.len()).map_err(|_| SealError::TooLong)?;
    let schema = SchemaClaim { sha256: Sha256::of(content.schema.text.as_bytes()) };
    let content = ContentClaim { sha256: Sha256::of(text), bytes };
    let claims = Claim::ALL.map(|claim| {
        let value = match claim {
            Claim::Name => json!(name.as_str()),
            Claim::Version => json!(version),
            Claim::IssuedAt => json!(issued_at.seconds()),
            Claim::NotAfter => json!(not_after.seconds()),
            Claim::Content => json!(content),
            Claim::Schema => json!(schema),
        };
        (claim.name().to_owned(), value)
    });
    Ok(claims.into_iter().collect())
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Content(error) => error.fmt(f),
            Self::VersionZero => f.write_str("the version must be 1 or more"),
            Self::LifetimeWrong => f.write_str("it would end before it begins"),
            Self::TooLong => write!(f, "it would have more than {MAX_BUNDLE_BYTES} bytes"),
            Self::NotWritable => f.write_str("the content could not be written as JSON"),
            Self::Sign(error) => write!(f, "it was not signed: {error}"),
        }
    }
}

impl std::error::Error for SealError {}
