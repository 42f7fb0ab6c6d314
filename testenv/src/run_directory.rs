//! The directory of a run, which holds private keys and so does not stay longer than it is of use.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{fs, io, thread};

use crate::repository;

/// A directory for logs, certificates and bootstraps of one run. Dropping it removes it, unless a test is
/// failing or somebody wanted it kept: then its logs say why.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    kept: bool,
}

impl RunDirectory {
    /// A new one, named for what runs in it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(label: &str) -> io::Result<Self> {
        static RUNS: AtomicU32 = AtomicU32::new(0);
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        let name = format!("{label}-{}-{run}", std::process::id());
        let path = repository().join("target/testenv").join(name);
        fs::create_dir_all(&path)?;
        Ok(Self { path, kept: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leave it to whoever wants to know what went wrong.
    pub const fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        if !self.kept && !thread::panicking() {
            // If it cannot be removed, it is as if it was kept.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_removed_with_all_in_it_unless_it_is_kept() {
        for keep in [false, true] {
            let mut directory = RunDirectory::create("directory").unwrap();
            let path = directory.path().to_path_buf();
            fs::write(path.join("edge.key"), "secret").unwrap();
            if keep {
                directory.keep();
            }
            drop(directory);
            assert_eq!(path.exists(), keep);
            if keep {
                fs::remove_dir_all(path).unwrap();
            }
        }
    }
}
