//! The document, as far as it can be judged without a key.

use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::object::Object;
use crate::{BundleError, Content, Fault, MAX_BUNDLE_BYTES, Place};

/// A well-formed document. Nothing in it has been verified.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    bytes: &'a [u8],
    manifest: &'a str,
    content: &'a str,
}

/// Exactly these two members. A manifest that needs escapes is no token, so it is never written with them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members<'a> {
    manifest: &'a str,
    #[serde(borrow)]
    content: &'a RawValue,
}

impl<'a> Document<'a> {
    /// Take a document apart.
    ///
    /// # Errors
    /// [`BundleError::TooLong`] and [`BundleError::Malformed`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLong);
        }
        let Object(Members { manifest, content }) =
            serde_json::from_slice(bytes).map_err(|error| BundleError::Malformed(Place::of(&error)))?;
        Ok(Self { bytes, manifest, content: content.get() })
    }

    /// The manifest, a JWS in compact form.
    pub const fn manifest(&self) -> &'a str {
        self.manifest
    }

    /// The content, byte for byte.
    pub const fn content(&self) -> &'a str {
        self.content
    }

    /// The content, as whoever sent the document wrote it: good for looking at it, and for nothing else.
    ///
    /// # Errors
    /// As [`crate::Bundle::content`], without what needs the manifest.
    pub fn unverified_content(&self) -> Result<Content, BundleError> {
        read_content(self.bytes, &self.content_range())
    }

    /// Where in the document the content stands.
    pub(crate) fn content_range(&self) -> Range<usize> {
        let first = self.content.as_bytes().first();
        let start = first.and_then(|first| self.bytes.element_offset(first)).unwrap_or_default();
        start..start.saturating_add(self.content.len())
    }
}

/// Read the content that stands at `range` of `document`.
pub(crate) fn read_content(document: &[u8], range: &Range<usize>) -> Result<Content, BundleError> {
    let bytes = document.get(range.clone()).unwrap_or_default();
    let Object(content): Object<Content> = serde_json::from_slice(bytes).map_err(|error| {
        let before = document.get(..range.start).unwrap_or_default();
        BundleError::ContentMalformed(Fault::of(&error).behind(before))
    })?;
    content.check().map_err(BundleError::Content)?;
    Ok(content)
}
