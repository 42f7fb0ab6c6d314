//! What lies in a folder.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Something that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// A file of YAML or JSON.
    File(PathBuf),
    /// A folder of policies.
    Policies(PathBuf),
}

/// Everything below `path` that can be judged, sorted.
///
/// What has a name with a dot in front is left out. So are the templates of a Helm chart, which are no YAML until
/// they are rendered, and files that belong to a folder of policies.
///
/// # Errors
/// When a folder cannot be read.
pub(crate) fn below(path: &Path) -> Result<Vec<Found>, Failure> {
    let mut found = Vec::new();
    walk(path, false, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(path: &Path, in_policies: bool, found: &mut Vec<Found>) -> Result<(), Failure> {
    let has_policies = has(path, "cedar");
    // Without a schema of its own it is part of the folder that it lies in.
    let is_part = in_policies && !has(path, "cedarschema");
    if has_policies && !is_part {
        found.push(Found::Policies(path.to_owned()));
    }
    for entry in entries(path)? {
        let hidden = entry.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden || is_template(&entry) {
            continue;
        }
        if entry.is_dir() && !entry.is_symlink() {
            walk(&entry, in_policies || has_policies, found)?;
        } else if is_document(&entry) && !(has_policies && belongs_to_policies(&entry)) {
            found.push(Found::File(entry));
        }
    }
    Ok(())
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::Usage(format!("{}: {error}", path.display()));
    let entries = std::fs::read_dir(path).map_err(unreadable)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(unreadable)).collect()
}

/// Whether a folder has a file with this extension.
pub(super) fn has(path: &Path, extension: &str) -> bool {
    let entries = entries(path).unwrap_or_default();
    entries.iter().any(|entry| has_extension(entry, &[extension]))
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let own = path.extension().and_then(|own| own.to_str()).unwrap_or_default();
    extensions.iter().any(|extension| own.eq_ignore_ascii_case(extension))
}

fn is_document(path: &Path) -> bool {
    has_extension(path, &["yaml", "yml", "json"])
}

fn is_template(path: &Path) -> bool {
    path.ends_with("templates") && path.with_file_name("Chart.yaml").is_file()
}

fn belongs_to_policies(path: &Path) -> bool {
    let names = ["watchword.yaml", "entities.json", "links.json"];
    names.iter().any(|name| path.ends_with(name))
}
