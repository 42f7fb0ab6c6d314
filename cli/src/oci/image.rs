//! The two forms in which modules are shipped.

use serde_json::{Value, json};

use super::descriptor::Annotations;
use super::labels::Labels;
use super::{Descriptor, Digest, Fault, Manifest, Place, archive, media};

/// The note that gives a blob the name of a file.
const TITLE: &str = "org.opencontainers.image.title";

/// The note that tells the form of an image, by the word of its specification.
const VARIANT: (&str, &str) = ("module.wasm.image/variant", "compat");

/// The ABI that the modules speak.
const ABI: &str = "v0-2-1";

/// A blob that stands beside the module.
pub(crate) struct Extra {
    pub(crate) media_type: &'static str,
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

/// Write `module` into `place` as an image that everybody loads: `extras` first, and in the last layer the
/// archive with `plugin.wasm`, because agents look into no other.
///
/// # Errors
/// When the place cannot be written.
pub(crate) fn write_image(
    place: &dyn Place,
    module: &[u8],
    extras: &[Extra],
    labels: &Labels<'_>,
) -> Result<Digest, Fault> {
    let packed = archive::pack(module).map_err(|error| Fault::NotAnArchive(error.to_string()))?;
    let (mut layers, mut unpacked) = (Vec::new(), Vec::new());
    for extra in extras {
        let layer = Descriptor::of(extra.media_type, &extra.content).annotated(TITLE, &extra.name);
        unpacked.push(layer.digest.to_string());
        layers.push(put(place, layer, &extra.content)?);
    }
    unpacked.push(Digest::of(&packed.0).to_string());
    layers.push(put(place, Descriptor::of(media::LAYER, &packed.1), &packed.1)?);
    let config = json!({
        "architecture": "wasm",
        "os": "wasip1",
        "created": labels.created,
        "config": { "Labels": labels.annotations() },
        "rootfs": { "type": "layers", "diff_ids": unpacked },
    });
    let config = put_json(place, media::CONFIG, &without_null(config))?;
    let mut annotations = labels.annotations();
    annotations.insert(VARIANT.0.to_owned(), VARIANT.1.to_owned());
    finish(place, config, layers, annotations, labels.version)
}

/// Write `module` into `place` as an artifact of exactly two layers, the module as it is and what describes it.
///
/// # Errors
/// When the place cannot be written.
pub(crate) fn write_artifact(
    place: &dyn Place,
    module: &[u8],
    labels: &Labels<'_>,
) -> Result<Digest, Fault> {
    let config = json!({
        "type": "envoy_proxy",
        "abiVersions": [ABI],
        "config": { "name": labels.title, "version": labels.version },
    });
    let config = put_json(place, media::WASM_CONFIG, &config)?;
    let content = Descriptor::of(media::WASM_CONTENT, module).annotated(TITLE, archive::PLUGIN);
    let described = config.clone().annotated(TITLE, "runtime-config.json");
    let layers = vec![described, put(place, content, module)?];
    finish(place, config, layers, labels.annotations(), labels.version)
}

fn finish(
    place: &dyn Place,
    config: Descriptor,
    layers: Vec<Descriptor>,
    annotations: Annotations,
    tag: &str,
) -> Result<Digest, Fault> {
    let (bytes, digest) = Manifest::new(config, layers, annotations).written()?;
    place.put_manifest(tag, media::MANIFEST, &bytes)?;
    Ok(digest)
}

fn put(place: &dyn Place, blob: Descriptor, content: &[u8]) -> Result<Descriptor, Fault> {
    place.put_blob(&blob, content)?;
    Ok(blob)
}

/// Keep `value`, whose members are in the order of their names.
pub(crate) fn put_json(place: &dyn Place, media_type: &str, value: &Value) -> Result<Descriptor, Fault> {
    let content = value.to_string().into_bytes();
    put(place, Descriptor::of(media_type, &content), &content)
}

/// Members that are not known are left out rather than null.
fn without_null(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
