//! `lalrpop` for Cedar's sake: it has the original write the parsers, and takes out what none of them can reach.
//!
//! Cedar's grammar of policies has seven entries, and a parser for each: for an identifier, for a name, for all of a
//! policy. The original writes all 257 productions into each of them, though the tables of an identifier name 21. The
//! compiler cannot know that, and V8 compiles each function of a module before the first request.
//!
//! It runs while Cedar is built; nothing of it is in a module.

mod prune;

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

pub use prune::{Unknown, prune};

/// How parsers are made. The one way in which Cedar asks for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Configuration;

impl Configuration {
    /// The only one there is.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }

    /// Make parsers of all grammars in `folder`, in a folder of the same path under `OUT_DIR`.
    ///
    /// # Errors
    /// With what the original says, when a file cannot be read or written, and when it looks unlike what the original
    /// used to write.
    pub fn process_dir(&self, folder: impl AsRef<Path>) -> Result<(), Box<dyn Error>> {
        let folder = folder.as_ref();
        let out =
            std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: this belongs into a build script")?;
        let out = Path::new(&out).join(folder);
        original::Configuration::new().set_out_dir(&out).process_dir(folder)?;
        for entry in fs::read_dir(folder)? {
            let grammar = PathBuf::from(entry?.file_name());
            if grammar.extension() == Some(OsStr::new("lalrpop")) {
                rewrite(&out.join(grammar).with_extension("rs"))?;
            }
        }
        Ok(())
    }
}

/// The original's mark on it stays, so it is not made anew unless the grammar changes.
fn rewrite(parsers: &Path) -> Result<(), Box<dyn Error>> {
    let pruned = prune(&fs::read_to_string(parsers)?)?;
    // The original writes its files for reading only.
    fs::remove_file(parsers)?;
    fs::write(parsers, pruned)?;
    Ok(())
}
