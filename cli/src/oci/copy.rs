//! From one place to another, byte for byte.

use super::{Fault, Manifest, Place, Which};

/// Copy the manifest `which` with its blobs, under `tag`. The bytes stay, and so does the digest.
///
/// # Errors
/// When it is missing, or one of the places fails.
pub(crate) fn copy(from: &dyn Place, which: &Which, to: &dyn Place, tag: &str) -> Result<(), Fault> {
    let bytes = from.manifest(which)?.ok_or_else(|| Fault::Missing(which.to_string()))?;
    let manifest = Manifest::parse(&bytes)?;
    for blob in manifest.blobs() {
        to.put_blob(blob, &from.blob(blob)?)?;
    }
    to.put_manifest(tag, manifest.media_type(), &bytes)
}
