//! How the agents of proxies read an image: Istio's, whose code Envoy Gateway, Kuadrant and Higress share.

use std::fmt;

use super::{Descriptor, Fault, Manifest, Place, archive, media};

/// Layers of an artifact.
const ARTIFACT_LAYERS: usize = 2;

/// The form in which a module was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Docker's manifest, the module in the archive of the last layer.
    Docker,
    /// An OCI manifest, likewise.
    Compat,
    /// An OCI manifest of two layers, one of which is the module.
    Artifact,
}

/// The module of an image.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pulled {
    pub(crate) variant: Variant,
    pub(crate) module: Vec<u8>,
}

/// The module of `manifest`, by the three ways in the order in which agents try them.
///
/// # Errors
/// When none finds one, or a blob is not what it should be.
pub(crate) fn read(place: &dyn Place, manifest: &Manifest) -> Result<Pulled, Fault> {
    // A manifest of Docker is never taken for one of the others.
    if manifest.media_type() == media::DOCKER_MANIFEST {
        let module = last_layer(place, manifest, media::DOCKER_LAYER)?;
        return Ok(Pulled { variant: Variant::Docker, module });
    }
    let compat = match last_layer(place, manifest, media::LAYER) {
        Ok(module) => return Ok(Pulled { variant: Variant::Compat, module }),
        Err(fault) => fault,
    };
    match content_layer(place, manifest) {
        Ok(module) => Ok(Pulled { variant: Variant::Artifact, module }),
        Err(artifact) => Err(Fault::NoVariant { compat: compat.into(), artifact: artifact.into() }),
    }
}

fn last_layer(place: &dyn Place, manifest: &Manifest, wanted: &'static str) -> Result<Vec<u8>, Fault> {
    let layer = manifest.layers.last().ok_or(Fault::NoLayers)?;
    if layer.media_type != wanted {
        return Err(Fault::LastLayer { found: layer.media_type.clone(), wanted });
    }
    archive::plugin(&place.blob(layer)?)
}

fn content_layer(place: &dyn Place, manifest: &Manifest) -> Result<Vec<u8>, Fault> {
    if manifest.layers.len() != ARTIFACT_LAYERS {
        return Err(Fault::LayerCount(manifest.layers.len()));
    }
    let is_content = |layer: &&Descriptor| layer.media_type == media::WASM_CONTENT;
    place.blob(manifest.layers.iter().find(is_content).ok_or(Fault::NoContentLayer)?)
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "an image of Docker, whose last layer holds plugin.wasm",
            Self::Compat => "an OCI image, whose last layer holds plugin.wasm",
            Self::Artifact => "an OCI artifact of two layers",
        })
    }
}
