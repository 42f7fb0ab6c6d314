//! What is wrong with an image, a place or a signature.

use std::fmt;

use super::Digest;
use crate::plain::plain;

/// Why something was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A file or folder: its path, and what the system says.
    File { path: String, error: String },
    /// There is no manifest of this name.
    Missing(String),
    /// A layout has not exactly one image; the names of those it has.
    NotOneImage(Vec<String>),
    /// The folder has files and is no layout of ours to replace.
    NotALayout(String),
    /// The bytes are no manifest.
    ManifestMalformed(String),
    /// A list of manifests.
    ManifestIsList,
    /// A manifest that was asked for by its digest, or a blob, has another digest.
    DigestWrong { said: Digest, found: Digest },
    /// A blob has another size than its descriptor says. In bytes.
    SizeWrong { digest: Digest, said: u64, found: usize },
    /// A blob or what it unpacks to is larger than agents take. In bytes.
    TooLarge { what: String, bound: u64 },
    /// None of the ways in which agents look for the module finds one: what each of them says.
    NoVariant { compat: Box<Fault>, artifact: Box<Fault> },
    /// An image without layers.
    NoLayers,
    /// The last layer is of another type than the one that agents look into.
    LastLayer { found: String, wanted: &'static str },
    /// The last layer is no archive packed by gzip.
    NotAnArchive(String),
    /// The last layer has no file of the name that agents look for.
    NoPlugin,
    /// An artifact has another number of layers than two.
    LayerCount(usize),
    /// No layer of an artifact is of the type of a module.
    NoContentLayer,
    /// What should be the module is none.
    ModuleMalformed(String),
    /// What Envoy wants of the module and it has not.
    ExportMissing(String),
    /// What the module wants and Envoy does not give.
    ImportsForeign(Vec<String>),
    /// A reference is not of the form `HOST[:PORT]/PATH[:TAG][@sha256:DIGEST]`.
    ReferenceMalformed { text: String, reason: &'static str },
    /// What should be a tag is none.
    TagMalformed(String),
    /// The registry answered with a status that is no success; what it said.
    Refused { what: String, status: u16, said: String },
    /// The registry wants credentials.
    Unauthorized { host: String, hint: String },
    /// The registry could not be asked.
    Unreachable { url: String, error: String },
    /// The registry answers against the protocol.
    Protocol(String),
    /// The file of Docker's logins cannot be used.
    Credentials(String),
    /// The tag is taken.
    TagTaken { tag: String, by: Digest },
    /// The key cannot be used; why.
    Key(String),
    /// There is no signature under the tag where it would be.
    Unsigned(String),
    /// Signatures are there and none is by this key.
    SignatureForeign,
    /// The signature is by this key, and of another image.
    SignatureOfOther(Digest),
    /// What was signed is not of the form of a signature of an image.
    SignatureMalformed(String),
}

impl Fault {
    /// What the system says of the file or folder at `path`.
    pub(crate) fn file(path: &std::path::Path, error: impl fmt::Display) -> Self {
        Self::File { path: path.display().to_string(), error: error.to_string() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text)?;
        f.write_str(&plain(&text))
    }
}

impl Fault {
    /// As it is, with what strangers have written.
    fn write(&self, f: &mut dyn fmt::Write) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(f, "{path}: {error}"),
            Self::Missing(name) => write!(f, "there is no manifest `{name}`"),
            Self::NotOneImage(names) if names.is_empty() => f.write_str("the layout has no image"),
            Self::NotOneImage(names) => {
                write!(f, "the layout has several images ({}): --tag says which", names.join(", "))
            }
            Self::NotALayout(path) => {
                write!(f, "{path}: it has files that are not of an image layout, so it is not replaced")
            }
            Self::ManifestMalformed(error) => write!(f, "the manifest: {error}"),
            Self::ManifestIsList => f.write_str(
                "it is a list of images for platforms, from which agents choose by their own: refer to one image",
            ),
            Self::DigestWrong { said, found } => {
                write!(f, "{said}: the content has another digest, {found}")
            }
            Self::SizeWrong { digest, said, found } => {
                write!(f, "{digest}: the content has {found} bytes, and its descriptor says {said}")
            }
            Self::TooLarge { what, bound } => write!(f, "{what}: more than {bound} bytes"),
            Self::NoVariant { compat, artifact } => {
                write!(f, "no agent finds a module in it: as an image, {compat}; as an artifact, {artifact}")
            }
            Self::NoLayers => f.write_str("there is no layer"),
            Self::LastLayer { found, wanted } => {
                write!(f, "the last layer is of type `{found}`, not `{wanted}`")
            }
            Self::NotAnArchive(error) => write!(f, "the last layer is no tar archive in gzip ({error})"),
            Self::NoPlugin => f.write_str("the last layer holds no `plugin.wasm`"),
            Self::LayerCount(count) => write!(f, "there must be 2 layers and there are {count}"),
            Self::NoContentLayer => write!(f, "no layer is of type `{}`", super::media::WASM_CONTENT),
            Self::ModuleMalformed(error) => write!(f, "the module: {error}"),
            Self::ExportMissing(name) => {
                write!(f, "the module is no filter: it exports no function {name}")
            }
            Self::ImportsForeign(names) => {
                write!(f, "the module wants what Envoy does not give: {}", names.join(", "))
            }
            Self::ReferenceMalformed { text, reason } => write!(f, "`{text}` is no reference: {reason}"),
            Self::TagMalformed(tag) => {
                write!(f, "`{tag}` is no tag: up to 128 letters, digits, `_`, `.` and `-`, none of the last two first")
            }
            Self::Refused { what, status, said } => write!(f, "{what}: status {status}: {said}"),
            Self::Unauthorized { host, hint } => write!(f, "{host} wants credentials: {hint}"),
            Self::Unreachable { url, error } => write!(f, "{url}: {error}"),
            Self::Protocol(message) => write!(f, "the registry: {message}"),
            Self::Credentials(message) => f.write_str(message),
            Self::TagTaken { tag, by } => write!(
                f,
                "the tag `{tag}` is taken by {by}: what was released stays what it is; use a new version, or --move-tag"
            ),
            Self::Key(reason) => write!(f, "the key {reason}"),
            Self::Unsigned(tag) => write!(f, "there is no signature: nothing has the tag `{tag}`"),
            Self::SignatureForeign => f.write_str("none of its signatures is by this key"),
            Self::SignatureOfOther(digest) => {
                write!(f, "the signature is by this key, but of another image, {digest}")
            }
            Self::SignatureMalformed(reason) => write!(f, "the signature: {reason}"),
        }
    }
}
