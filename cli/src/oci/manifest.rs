//! Manifests and the lists of them.

use serde::{Deserialize, Serialize};

use super::descriptor::Annotations;
use super::{Descriptor, Digest, Fault, media, strict};

/// The version of both formats.
pub(crate) const SCHEMA_VERSION: u8 = 2;

/// An image or an artifact: its configuration and its layers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(crate) schema_version: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    pub(crate) config: Descriptor,
    pub(crate) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub(crate) annotations: Annotations,
}

/// The manifests of a layout.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Index {
    pub(crate) schema_version: u8,
    pub(crate) media_type: Option<String>,
    pub(crate) manifests: Vec<Descriptor>,
}

/// As much of a manifest as tells which kind it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    media_type: Option<String>,
    manifests: Option<serde::de::IgnoredAny>,
}

impl Manifest {
    /// An OCI manifest of `config` and `layers`.
    pub(crate) fn new(config: Descriptor, layers: Vec<Descriptor>, annotations: Annotations) -> Self {
        let media_type = Some(media::MANIFEST.to_owned());
        Self { schema_version: SCHEMA_VERSION, media_type, config, layers, annotations }
    }

    /// The manifest that `bytes` write.
    ///
    /// # Errors
    /// When they are no manifest, one that agents may read otherwise, or a list of several.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let malformed = |error: serde_json::Error| Fault::ManifestMalformed(error.to_string());
        let kind: Kind = strict::read(bytes).map_err(malformed)?;
        let list = matches!(kind.media_type.as_deref(), Some(media::INDEX | media::DOCKER_LIST));
        if list || kind.manifests.is_some() {
            return Err(Fault::ManifestIsList);
        }
        serde_json::from_slice(bytes).map_err(malformed)
    }

    /// What it is called where it is stored.
    pub(crate) fn media_type(&self) -> &str {
        self.media_type.as_deref().unwrap_or(media::MANIFEST)
    }

    /// Configuration and layers, each once.
    pub(crate) fn blobs(&self) -> Vec<&Descriptor> {
        let mut blobs: Vec<&Descriptor> = Vec::new();
        for blob in [&self.config].into_iter().chain(&self.layers) {
            if blobs.iter().all(|known| known.digest != blob.digest || known.size != blob.size) {
                blobs.push(blob);
            }
        }
        blobs
    }

    /// The bytes that are stored, and what they are called by.
    ///
    /// # Errors
    /// Never in practice: nothing in it cannot be written.
    pub(crate) fn written(&self) -> Result<(Vec<u8>, Digest), Fault> {
        let bytes =
            serde_json::to_vec(self).map_err(|error| Fault::ManifestMalformed(error.to_string()))?;
        let digest = Digest::of(&bytes);
        Ok((bytes, digest))
    }
}
