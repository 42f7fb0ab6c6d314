//! Image layouts: folders of blobs that are named by their digests.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::manifest::{Index, SCHEMA_VERSION};
use super::place::{MAX_BLOB_BYTES, MAX_MANIFEST_BYTES};
use super::reference::checked_tag;
use super::{Descriptor, Digest, Fault, Place, Which, media, signature, strict};

/// The file by which a folder says that it is a layout, and what it says.
const MARK: (&str, &str) = ("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);

/// The file that lists the manifests.
const INDEX: &str = "index.json";

/// All that a layout has.
const OURS: [&str; 3] = [MARK.0, INDEX, BLOBS];

/// The folder of its blobs.
const BLOBS: &str = "blobs";

/// The note that gives a manifest a tag.
const TAG: &str = "org.opencontainers.image.ref.name";

/// A layout and what its list says.
pub(crate) struct Layout {
    folder: PathBuf,
    manifests: RefCell<Vec<Descriptor>>,
}

impl Layout {
    /// The layout in `folder`.
    ///
    /// # Errors
    /// When there is none, or its list cannot be read or gives tags that are none.
    pub(crate) fn open(folder: &Path) -> Result<Self, Fault> {
        let index: Index = document(&folder.join(INDEX))?;
        for tag in index.manifests.iter().filter_map(|manifest| manifest.annotations.get(TAG)) {
            checked_tag(tag)?;
        }
        Ok(Self { folder: folder.to_owned(), manifests: RefCell::new(index.manifests) })
    }

    /// An empty layout in `folder`, in the place of the one that was there.
    ///
    /// # Errors
    /// When the folder has files and is no layout, or cannot be written.
    pub(crate) fn create(folder: &Path) -> Result<Self, Fault> {
        clear(folder)?;
        let blobs = folder.join(BLOBS).join("sha256");
        fs::create_dir_all(&blobs).map_err(|error| Fault::file(&blobs, error))?;
        write(&folder.join(MARK.0), MARK.1.as_bytes())?;
        let layout = Self { folder: folder.to_owned(), manifests: RefCell::default() };
        layout.write_index()?;
        Ok(layout)
    }

    /// The tag of the one image in it, beside which there may be its signatures.
    ///
    /// # Errors
    /// When it has no image or several.
    pub(crate) fn only_image(&self) -> Result<Which, Fault> {
        let manifests = self.manifests.borrow();
        let images: Vec<_> = manifests.iter().filter(|manifest| !is_signature(manifest)).collect();
        match images.as_slice() {
            [image] => Ok(Which::Digest(image.digest.clone())),
            others => Err(Fault::NotOneImage(others.iter().map(|image| name(image)).collect())),
        }
    }

    /// The tag of the manifest of this digest, where it has one.
    pub(crate) fn tag_of(&self, digest: &Digest) -> Option<String> {
        let manifests = self.manifests.borrow();
        let manifest = manifests.iter().find(|manifest| manifest.digest == *digest)?;
        manifest.annotations.get(TAG).cloned()
    }

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(BLOBS).join("sha256").join(digest.hex())
    }

    fn write_index(&self) -> Result<(), Fault> {
        let manifests = self.manifests.borrow().clone();
        let media_type = Some(media::INDEX.to_owned());
        let index = Index { schema_version: SCHEMA_VERSION, media_type, manifests };
        let path = self.folder.join(INDEX);
        let text = serde_json::to_vec(&index).map_err(|error| Fault::file(&path, error))?;
        write(&path, &text)
    }

    fn find(&self, which: &Which) -> Option<Descriptor> {
        let manifests = self.manifests.borrow();
        let mut manifests = manifests.iter();
        let found = match which {
            Which::Tag(tag) => manifests.find(|manifest| manifest.annotations.get(TAG) == Some(tag)),
            Which::Digest(digest) => manifests.find(|manifest| manifest.digest == *digest),
        };
        found.cloned()
    }
}

impl Place for Layout {
    fn manifest(&self, which: &Which) -> Result<Option<Vec<u8>>, Fault> {
        let Some(manifest) = self.find(which) else { return Ok(None) };
        let content = read(&self.blob_path(&manifest.digest), MAX_MANIFEST_BYTES)?;
        manifest.verified(content).map(Some)
    }

    fn blob(&self, blob: &Descriptor) -> Result<Vec<u8>, Fault> {
        blob.verified(read(&self.blob_path(&blob.digest), MAX_BLOB_BYTES)?)
    }

    fn put_blob(&self, blob: &Descriptor, content: &[u8]) -> Result<(), Fault> {
        write(&self.blob_path(&blob.digest), content)
    }

    fn put_manifest(&self, tag: &str, media_type: &str, content: &[u8]) -> Result<(), Fault> {
        let manifest = Descriptor::of(media_type, content).annotated(TAG, checked_tag(tag)?);
        self.put_blob(&manifest, content)?;
        {
            let mut manifests = self.manifests.borrow_mut();
            manifests.retain(|other| other.annotations.get(TAG).map(String::as_str) != Some(tag));
            manifests.push(manifest);
        }
        self.write_index()
    }
}

fn is_signature(manifest: &Descriptor) -> bool {
    manifest.annotations.get(TAG).is_some_and(|tag| signature::is_tag(tag))
}

fn name(manifest: &Descriptor) -> String {
    manifest.annotations.get(TAG).cloned().unwrap_or_else(|| manifest.digest.to_string())
}

/// Take away the layout in `folder`, and nothing that is none: what a folder has besides is somebody's.
fn clear(folder: &Path) -> Result<(), Fault> {
    let names = names(folder)?;
    let is_foreign = names.iter().any(|name| OURS.iter().all(|ours| name != ours));
    if is_foreign || !names.is_empty() && !folder.join(MARK.0).is_file() {
        return Err(Fault::NotALayout(folder.display().to_string()));
    }
    names.iter().try_for_each(|name| remove(&folder.join(name)))
}

/// What is in `folder`; nothing where there is none.
fn names(folder: &Path) -> Result<Vec<OsString>, Fault> {
    let in_folder = |error| Fault::file(folder, error);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(in_folder(error)),
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(in_folder)?.file_name())).collect(),
    }
}

/// A file, a link to whatever, or a folder with all that is in it.
fn remove(path: &Path) -> Result<(), Fault> {
    let kind = fs::symlink_metadata(path).map_err(|error| Fault::file(path, error))?;
    let removed = if kind.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(|error| Fault::file(path, error))
}

fn document<T: DeserializeOwned>(path: &Path) -> Result<T, Fault> {
    strict::read(&read(path, MAX_MANIFEST_BYTES)?).map_err(|error| Fault::file(path, error))
}

fn read(path: &Path, bound: u64) -> Result<Vec<u8>, Fault> {
    let in_file = |error| Fault::file(path, error);
    let file = File::open(path).map_err(in_file)?;
    let mut content = Vec::new();
    file.take(bound.saturating_add(1)).read_to_end(&mut content).map_err(in_file)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= bound) {
        Ok(content)
    } else {
        Err(Fault::TooLarge { what: path.display().to_string(), bound })
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), Fault> {
    fs::write(path, content).map_err(|error| Fault::file(path, error))
}
