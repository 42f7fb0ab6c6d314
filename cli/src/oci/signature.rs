//! Signatures of images, in cosign's form: a second manifest, under a tag that follows from the digest of the
//! first, whose layers are what was signed, and carry the signature as a note.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::descriptor::Annotations;
use super::image::put_json;
use super::keys::{Public, Signing};
use super::{Descriptor, Digest, Fault, Manifest, Place, Which, media};

/// The note that carries the signature, in base64.
const NOTE: &str = "dev.cosignproject.cosign/signature";

/// What the statement says it is.
const TYPE: &str = "cosign container image signature";

/// How the tags of signatures end.
const SUFFIX: &str = ".sig";

/// Bytes of what a signature signs: the statement has some hundred, and its notes are few.
const MAX_PAYLOAD_BYTES: u64 = 64 * 1024;

/// Signatures of one image. Whoever may push can add some, and each is fetched.
const MAX_SIGNATURES: usize = 64;

/// What is signed: this image, in this repository.
#[derive(Serialize, Deserialize)]
struct Statement {
    critical: Critical,
    optional: Option<Value>,
}

#[derive(Serialize, Deserialize)]
struct Critical {
    identity: Identity,
    image: Image,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Identity {
    docker_reference: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: Digest,
}

/// The tag under which the signatures of the image `digest` are looked for.
pub(crate) fn tag(digest: &Digest) -> String {
    format!("sha256-{}{SUFFIX}", digest.hex())
}

/// Whether `tag` is one of signatures.
pub(crate) fn is_tag(tag: &str) -> bool {
    tag.starts_with("sha256-") && tag.ends_with(SUFFIX)
}

/// Sign the image `digest` of `repository` and keep the signature beside those that are there.
///
/// # Errors
/// When there is no randomness, or the place fails.
pub(crate) fn sign(
    place: &dyn Place,
    digest: &Digest,
    repository: &str,
    key: &Signing,
) -> Result<(), Fault> {
    let statement = statement(digest, repository)?;
    let signature = STANDARD.encode(key.sign(&statement)?);
    let layer = Descriptor::of(media::SIMPLE_SIGNING, &statement);
    place.put_blob(&layer, &statement)?;
    let mut layers = existing(place, digest)?.map(|manifest| manifest.layers).unwrap_or_default();
    layers.push(layer.annotated(NOTE, &signature));
    check_count(&layers)?;
    let unpacked: Vec<_> = layers.iter().map(|layer| layer.digest.to_string()).collect();
    let config = json!({
        "architecture": "",
        "os": "",
        "config": {},
        "rootfs": { "type": "layers", "diff_ids": unpacked },
    });
    let config = put_json(place, media::CONFIG, &config)?;
    let (bytes, _) = Manifest::new(config, layers, Annotations::new()).written()?;
    place.put_manifest(&tag(digest), media::MANIFEST, &bytes)
}

/// Whether one of the signatures of the image `digest` is by `key`.
///
/// # Errors
/// When none is: the reason of the one that came closest.
pub(crate) fn verify(place: &dyn Place, digest: &Digest, key: &Public) -> Result<(), Fault> {
    let manifest = existing(place, digest)?.ok_or_else(|| Fault::Unsigned(tag(digest)))?;
    check_count(&manifest.layers)?;
    let mut closest = Fault::SignatureForeign;
    for layer in manifest.layers.iter().filter(|layer| layer.media_type == media::SIMPLE_SIGNING) {
        match verify_one(place, layer, digest, key) {
            Ok(()) => return Ok(()),
            Err(Fault::SignatureForeign) => {}
            Err(fault) => closest = fault,
        }
    }
    Err(closest)
}

/// The key first: what a stranger has signed is fetched, for the signature is over its bytes, and not interpreted.
fn verify_one(place: &dyn Place, layer: &Descriptor, digest: &Digest, key: &Public) -> Result<(), Fault> {
    let note = layer.annotations.get(NOTE).ok_or(Fault::SignatureForeign)?;
    let signature = STANDARD.decode(note).map_err(|_| Fault::SignatureForeign)?;
    if layer.size > MAX_PAYLOAD_BYTES {
        return Err(Fault::TooLarge { what: "what is signed".to_owned(), bound: MAX_PAYLOAD_BYTES });
    }
    let signed = place.blob(layer)?;
    if !key.verifies(&signed, &signature) {
        return Err(Fault::SignatureForeign);
    }
    let malformed = |reason: String| Fault::SignatureMalformed(reason);
    let statement: Statement =
        serde_json::from_slice(&signed).map_err(|error| malformed(error.to_string()))?;
    let Critical { image, kind, identity: _ } = statement.critical;
    if kind != TYPE {
        return Err(malformed(format!("it is a `{kind}`")));
    }
    let of_this = image.docker_manifest_digest == *digest;
    of_this.then_some(()).ok_or(Fault::SignatureOfOther(image.docker_manifest_digest))
}

fn check_count(layers: &[Descriptor]) -> Result<(), Fault> {
    match layers.len() > MAX_SIGNATURES {
        true => {
            Err(Fault::SignatureMalformed(format!("there are more than {MAX_SIGNATURES} of the image")))
        }
        false => Ok(()),
    }
}

fn existing(place: &dyn Place, digest: &Digest) -> Result<Option<Manifest>, Fault> {
    place.manifest(&Which::Tag(tag(digest)))?.map(|bytes| Manifest::parse(&bytes)).transpose()
}

fn statement(digest: &Digest, repository: &str) -> Result<Vec<u8>, Fault> {
    let identity = Identity { docker_reference: repository.to_owned() };
    let image = Image { docker_manifest_digest: digest.clone() };
    let critical = Critical { identity, image, kind: TYPE.to_owned() };
    let statement = Statement { critical, optional: None };
    serde_json::to_vec(&statement).map_err(|error| Fault::SignatureMalformed(error.to_string()))
}
