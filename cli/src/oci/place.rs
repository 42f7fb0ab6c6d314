//! Where images lie.

use std::fmt;

use super::{Descriptor, Digest, Fault};

/// Bytes of a manifest: what the distribution specification asks registries to take.
pub(crate) const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes of a blob: Istio's agent and Envoy Gateway fetch no more than 256 MB.
pub(crate) const MAX_BLOB_BYTES: u64 = 256 * 1024 * 1024;

/// Which manifest of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// By a name, which can be given to another one.
    Tag(String),
    /// By what it is.
    Digest(Digest),
}

/// A layout on disk or a repository of a registry.
pub(crate) trait Place {
    /// The bytes of a manifest; nothing where there is none.
    ///
    /// # Errors
    /// When the place cannot be read, or answers with what was not asked for.
    fn manifest(&self, which: &Which) -> Result<Option<Vec<u8>>, Fault>;

    /// The content of a blob, which is what its descriptor says.
    ///
    /// # Errors
    /// When it is missing, another one, or too large.
    fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>, Fault>;

    /// Keep a blob.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn put_blob(&self, blob: &Descriptor, content: &[u8]) -> Result<(), Fault>;

    /// Keep a manifest under a tag, after its blobs.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn put_manifest(&self, tag: &str, media_type: &str, content: &[u8]) -> Result<(), Fault>;
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => f.write_str(tag),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}
