//! A document that was verified.

use std::ops::Range;

use contract::UnixTime;
use jose::{KeySet, Verifier};

use crate::document::{Document, read_content};
use crate::{BundleError, Content, Manifest, Sha256, Trust};

/// A bundle that was signed by a trusted key and is whole. Whether it is still in force is asked on every
/// use, see [`Manifest::in_force`].
#[derive(Debug, Clone)]
pub struct Bundle {
    manifest: Manifest,
    jws: String,
    document: Vec<u8>,
    content: Range<usize>,
}

impl Bundle {
    /// Verify `document`: by its manifest, as [`Manifest::verify`] has it, and by the digest of its content.
    /// The content is not read yet.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(
        document: Vec<u8>,
        trust: &Trust,
        keys: &KeySet,
        by: &dyn Verifier,
        now: UnixTime,
    ) -> Result<Self, BundleError> {
        Self::whole(document, |jws| Manifest::verify(jws, trust, keys, by, now))
    }

    /// The same at any time, for whoever asks [`Manifest::in_force`] later.
    ///
    /// # Errors
    /// As of [`Self::verify`], but for the times.
    pub fn authenticate(
        document: Vec<u8>,
        trust: &Trust,
        keys: &KeySet,
        by: &dyn Verifier,
    ) -> Result<Self, BundleError> {
        Self::whole(document, |jws| Manifest::authenticate(jws, trust, keys, by))
    }

    fn whole(
        document: Vec<u8>,
        verify: impl FnOnce(&str) -> Result<Manifest, BundleError>,
    ) -> Result<Self, BundleError> {
        let parsed = Document::parse(&document)?;
        let manifest = verify(parsed.manifest())?;
        check_content(&manifest, parsed.content().as_bytes())?;
        let (jws, content) = (parsed.manifest().to_owned(), parsed.content_range());
        Ok(Self { manifest, jws, document, content })
    }

    /// What was signed.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The manifest as it came, for whoever verifies it again.
    pub fn manifest_jws(&self) -> &str {
        &self.jws
    }

    /// The document as it came, for whoever verifies it again.
    pub fn document(&self) -> &[u8] {
        &self.document
    }

    /// Read the content. This is most of the work that a bundle makes, so it can be done in its own time.
    ///
    /// # Errors
    /// [`BundleError::ContentMalformed`], [`BundleError::Content`] and [`BundleError::SchemaWrong`]: whoever
    /// signed it has signed a faulty one.
    pub fn content(&self) -> Result<Content, BundleError> {
        let content = read_content(&self.document, &self.content)?;
        if Sha256::of(content.schema.text.as_bytes()) != self.manifest.schema() {
            return Err(BundleError::SchemaWrong);
        }
        Ok(content)
    }
}

fn check_content(manifest: &Manifest, content: &[u8]) -> Result<(), BundleError> {
    if u64::try_from(content.len()) != Ok(manifest.content_bytes()) {
        return Err(BundleError::LengthWrong);
    }
    if Sha256::of(content) != manifest.content() {
        return Err(BundleError::DigestWrong);
    }
    Ok(())
}
