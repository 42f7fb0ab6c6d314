//! Images of modules: made, moved and judged as the agents of proxies read them.
//!
//! ```text
//! module.wasm ── image::write ──> Layout ── copy ──> Registry         each a Place: manifests and blobs
//! Place ── pulled::read ──> Pulled        the module that Istio's agent would hand to the proxy
//! Place ── signature ─────> ()            who says so, in the form of cosign's simple signing
//! ```
//!
//! A blob comes out of a [`Place`] only when it has the digest and the size that its descriptor says.

pub(crate) mod archive;
pub(crate) mod copy;
pub(crate) mod credentials;
pub(crate) mod descriptor;
pub(crate) mod digest;
pub(crate) mod fault;
pub(crate) mod image;
pub(crate) mod imports;
pub(crate) mod keys;
pub(crate) mod labels;
pub(crate) mod layout;
pub(crate) mod manifest;
pub(crate) mod media;
pub(crate) mod place;
pub(crate) mod pulled;
pub(crate) mod reference;
pub(crate) mod registry;
pub(crate) mod signature;
pub(crate) mod strict;
pub(crate) mod target;

pub(crate) use descriptor::Descriptor;
pub(crate) use digest::Digest;
pub(crate) use fault::Fault;
pub(crate) use layout::Layout;
pub(crate) use manifest::Manifest;
pub(crate) use place::{Place, Which};
pub(crate) use reference::Reference;
pub(crate) use registry::Registry;
pub(crate) use target::Target;
