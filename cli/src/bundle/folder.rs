//! The content of a bundle, read from a folder.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

use bundle::{Content, Entities, Fault, Link, Links, MAX_BUNDLE_BYTES, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// Where the parts of a content lie.
pub(crate) struct Sources<'a> {
    pub(crate) folder: &'a Path,
    /// Whether policies lie in its folders, too.
    pub(crate) with_subfolders: bool,
    pub(crate) schema: Option<&'a Path>,
    pub(crate) entities: Option<&'a Path>,
    pub(crate) links: Option<&'a Path>,
}

/// Files by their path below the folder, which is what they are called in the bundle. Sorted, so that the same
/// files make the same content on every machine.
type Files = BTreeMap<String, PathBuf>;

/// The files that count.
#[derive(Default)]
struct Found {
    policies: Files,
    schemas: Files,
}

impl Sources<'_> {
    /// Read all of them.
    pub(crate) fn read(&self) -> Result<Content, Failure> {
        let Found { policies, schemas } = Found::below(self.folder, self.with_subfolders)?;
        if policies.is_empty() {
            return Err(Failure::in_file(self.folder, "there is no `*.cedar` in it"));
        }
        let policies = policies.iter().map(|(name, path)| text(name, path));
        Ok(Content {
            schema: self.schema(&schemas)?,
            policies: policies.collect::<Result<_, _>>()?,
            links: self.links()?,
            entities: self.entities()?,
        })
    }

    fn schema(&self, found: &Files) -> Result<Text, Failure> {
        if let Some(path) = self.schema {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            return text(&name, path);
        }
        let mut found_ones = found.iter();
        match (found_ones.next(), found_ones.next()) {
            (Some((name, path)), None) => text(name, path),
            (None, _) => {
                Err(Failure::in_file(self.folder, "there is no `*.cedarschema` in it, and no --schema"))
            }
            (Some(_), Some(_)) => {
                let names = found.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let message = format!("there is more than one schema in it ({names}): --schema says which");
                Err(Failure::in_file(self.folder, message))
            }
        }
    }

    fn links(&self) -> Result<Vec<Link>, Failure> {
        let links: Option<Links> = self.optional(self.links, "links.json")?;
        Ok(links.map(|Links(links)| links).unwrap_or_default())
    }

    fn entities(&self) -> Result<Vec<Value>, Failure> {
        let entities: Option<Entities> = self.optional(self.entities, "entities.json")?;
        Ok(entities.map(|Entities(entities)| entities).unwrap_or_default())
    }

    /// The file that was named, or the one called `name` in the folder where there is one.
    fn optional<T: DeserializeOwned>(
        &self,
        named: Option<&Path>,
        name: &str,
    ) -> Result<Option<T>, Failure> {
        let in_folder = self.folder.join(name);
        let path = match named {
            Some(path) => path,
            None if fs::symlink_metadata(&in_folder).is_ok() => &in_folder,
            None => return Ok(None),
        };
        let text = read(path)?;
        let parsed = serde_json::from_str(&text);
        parsed.map(Some).map_err(|error| Failure::in_file(path, Fault::of(&error)))
    }
}

impl Found {
    fn below(folder: &Path, with_subfolders: bool) -> Result<Self, Failure> {
        let root = fs::canonicalize(folder).map_err(|error| Failure::in_file(folder, error))?;
        let mut found = Self::default();
        let mut folders = vec![(String::new(), folder.to_owned())];
        while let Some((prefix, path)) = folders.pop() {
            let entries = fs::read_dir(&path).map_err(|error| Failure::in_file(&path, error))?;
            for entry in entries {
                let entry = entry.map_err(|error| Failure::in_file(&path, error))?;
                let Some(name) = visible_name(&entry)? else { continue };
                if is_folder(&entry)? {
                    if !with_subfolders {
                        continue;
                    }
                    folders.push((format!("{prefix}{name}/"), entry.path()));
                } else {
                    found.take(format!("{prefix}{name}"), entry.path(), &root)?;
                }
            }
        }
        Ok(found)
    }

    /// Keep the file at `path`, if it is one that counts.
    fn take(&mut self, name: String, path: PathBuf, root: &Path) -> Result<(), Failure> {
        let extension = path.extension().map(|extension| extension.to_ascii_lowercase());
        let files = match extension.as_ref().and_then(|extension| extension.to_str()) {
            Some("cedar") => &mut self.policies,
            Some("cedarschema") => &mut self.schemas,
            Some(_) | None => return Ok(()),
        };
        let real = fs::canonicalize(&path).map_err(|error| Failure::in_file(&path, error))?;
        if !real.starts_with(root) {
            return Err(Failure::in_file(&path, "it is a link that leads out of the folder"));
        }
        files.insert(name, path);
        Ok(())
    }
}

/// The name of an entry; nothing for a hidden one, such as the files of editors and of version control.
fn visible_name(entry: &DirEntry) -> Result<Option<String>, Failure> {
    let name = entry.file_name();
    let name = name.to_str().ok_or_else(|| Failure::in_file(&entry.path(), "the name is not UTF-8"))?;
    Ok((!name.starts_with('.')).then(|| name.to_owned()))
}

/// Whether it is a folder. A link to one is refused: passed over in silence it would be missing in the bundle,
/// and followed it could lead anywhere, or in a circle.
fn is_folder(entry: &DirEntry) -> Result<bool, Failure> {
    let path = entry.path();
    let kind = entry.file_type().map_err(|error| Failure::in_file(&path, error))?;
    if kind.is_symlink() && path.is_dir() {
        return Err(Failure::in_file(&path, "it is a link to a folder, which is not followed"));
    }
    Ok(kind.is_dir())
}

fn text(name: &str, path: &Path) -> Result<Text, Failure> {
    Ok(Text { name: name.to_owned(), text: read(path)? })
}

fn read(path: &Path) -> Result<String, Failure> {
    let metadata = fs::metadata(path).map_err(|error| Failure::in_file(path, error))?;
    if usize::try_from(metadata.len()).is_ok_and(|length| length <= MAX_BUNDLE_BYTES) {
        fs::read_to_string(path).map_err(|error| Failure::in_file(path, error))
    } else {
        Err(Failure::in_file(path, format_args!("it has more than {MAX_BUNDLE_BYTES} bytes")))
    }
}
