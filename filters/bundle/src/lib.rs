//! Signed, versioned policy bundles: the format, what verifies it and what makes it. Knows no policy
//! language: what a policy says is for its reader to judge. Reads no clock and performs no I/O.
//!
//! ```text
//! Content, Meta ── seal ─────────────> String     a document: the manifest, signed, and the content
//! Vec<u8> + Trust + KeySet ─ verify ─> Bundle     signature, name, version, times, digest
//! Bundle ── content ─────────────────> Content    schema, policies, links, entities
//! JWS + Trust + KeySet ── verify ────> Manifest   the same without a content, to remember a version by
//! ```
//!
//! The digest in the manifest is over the bytes of the content as they stand in the document. Nothing is
//! brought into a canonical form, so there is no second reader that could read something else.
//!
//! **Invariant.** A [`Bundle`] and a [`Manifest`] are made by verification alone. Both prove what was signed;
//! whether it is still in force is asked on every use, see [`Manifest::in_force`].

mod bounded;
mod bounds;
mod bundle;
mod claim;
mod content;
mod document;
mod error;
mod fault;
mod manifest;
mod name;
mod object;
mod raw_trust;
mod seal;
mod sha256;
#[cfg(test)]
mod tests;
mod trust;

pub use bounds::{
    LEEWAY, MAX_BUNDLE_BYTES, MAX_ENTITIES, MAX_FILE_NAME_BYTES, MAX_LINKS, MAX_NAME_BYTES,
    MAX_POLICY_FILES,
};
pub use bundle::Bundle;
pub use claim::Claim;
pub use content::{Content, ContentError, Entities, Link, Links, Text};
pub use document::Document;
pub use error::BundleError;
pub use fault::{Fault, Place};
pub use manifest::{BUNDLE_TYP, Manifest};
pub use name::{BundleName, BundleNameError};
pub use raw_trust::RawTrust;
pub use seal::{Meta, SealError, seal};
pub use sha256::Sha256;
pub use trust::{Trust, TrustError};
