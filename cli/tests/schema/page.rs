//! The pages with blocks of YAML in them.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A block of YAML.
pub(crate) struct Block {
    /// The page and the line where it begins.
    pub(crate) place: String,
    /// What stands right in front of it, which may be a note.
    pub(crate) comment: String,
    pub(crate) text: String,
}

/// Every block of YAML in our pages, those in `envoy/` too.
pub(crate) fn blocks() -> Vec<Block> {
    let mut pages = vec![root().join("README.md")];
    collect(&root().join("docs"), "md", &mut pages);
    collect(&root().join("envoy"), "md", &mut pages);
    pages.iter().flat_map(|page| of_page(page)).collect()
}

/// Every file in `folder` with this extension, in the order of their names.
pub(crate) fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, extension, files);
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
}

/// `path` as seen from the root.
pub(crate) fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

fn of_page(page: &Path) -> Vec<Block> {
    let text = fs::read_to_string(page).unwrap();
    let mut blocks = Vec::new();
    let (mut comment, mut lines) = ("", text.lines().enumerate());
    while let Some((number, line)) = lines.next() {
        if line.trim_end() == "```yaml" {
            let inside = lines.by_ref().map(|(_, line)| line).take_while(|line| !line.starts_with("```"));
            let text = inside.collect::<Vec<_>>().join("\n");
            blocks.push(Block {
                place: format!("{}:{}", name(page), number + 1),
                comment: comment.to_owned(),
                text,
            });
        }
        if !line.trim().is_empty() {
            comment = line;
        }
    }
    blocks
}
