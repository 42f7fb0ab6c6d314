//! Media types, by which pullers tell what a blob is.

/// A manifest of the OCI image specification.
pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// A list of manifests. Agents pick the one for their own platform out of it, and no module has any.
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The configuration of an OCI image.
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// A layer of an OCI image; in the last one agents look for the module.
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// Docker's manifest, list and layer, which old builders write.
pub(crate) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker's list of manifests.
pub(crate) const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker's layer.
pub(crate) const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// The configuration of a module as an artifact, also the type of the layer beside the module.
pub(crate) const WASM_CONFIG: &str = "application/vnd.module.wasm.config.v1+json";
/// A module as it is, in an artifact of two layers.
pub(crate) const WASM_CONTENT: &str = "application/vnd.module.wasm.content.layer.v1+wasm";
/// What the console of Higress reads of a module.
pub(crate) const WASM_SPEC: &str = "application/vnd.module.wasm.spec.v1+yaml";
/// The page that the console of Higress shows.
pub(crate) const WASM_DOC: &str = "application/vnd.module.wasm.doc.v1+markdown";

/// Licences and notices.
pub(crate) const TEXT: &str = "text/plain";
/// A list of what was linked.
pub(crate) const SBOM: &str = "application/vnd.cyclonedx+json";

/// What a signature signs, in cosign's form.
pub(crate) const SIMPLE_SIGNING: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
