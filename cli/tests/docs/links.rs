//! Links between pages, and to files of the repository.

use std::path::{Component, Path, PathBuf};

use crate::page::{Page, root};

/// What is wrong with the links of `page`. Addresses elsewhere are not followed: tests have no network.
pub(crate) fn faults(page: &Page, pages: &[Page]) -> Vec<String> {
    let ours = page.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
    let judged = ours.filter_map(|link| judge(page, link, pages).err().map(|fault| (link, fault)));
    judged.map(|(link, fault)| format!("{}: `{link}`: {fault}", page.name)).collect()
}

fn judge(page: &Page, link: &str, pages: &[Page]) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let name = if file.is_empty() { page.name.clone() } else { resolved(&page.name, file)? };
    if !root().join(&name).exists() {
        return Err("there is no such file".into());
    }
    if anchor.is_empty() {
        return Ok(());
    }
    let target = pages.iter().find(|page| page.name == name).ok_or("an anchor in what is no page")?;
    match target.anchors.iter().any(|known| known == anchor) {
        true => Ok(()),
        false => Err(format!("{name} has no such heading")),
    }
}

/// `file` as seen from the folder of `page`.
fn resolved(page: &str, file: &str) -> Result<String, String> {
    let mut path = PathBuf::new();
    let folder = Path::new(page).parent().unwrap_or(Path::new(""));
    for part in folder.join(file).components() {
        match part {
            Component::ParentDir if !path.pop() => return Err("it leads out of the repository".into()),
            Component::ParentDir | Component::CurDir => {}
            Component::Normal(_) => path.push(part),
            Component::Prefix(_) | Component::RootDir => return Err("it is not relative".into()),
        }
    }
    Ok(path.to_string_lossy().into_owned())
}
