//! The command line tool, as its users run it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io};

use crate::repository;

/// `watchword`: from the folder of programs `WATCHWORD_PROGRAMS`, or as the cargo of the tests builds it.
///
/// # Errors
/// When it does not build.
pub fn build(cargo: &str) -> io::Result<PathBuf> {
    env::var_os("WATCHWORD_PROGRAMS")
        .map_or_else(|| built(cargo), |folder| Ok(Path::new(&folder).join("watchword")))
}

fn built(cargo: &str) -> io::Result<PathBuf> {
    let target = repository().join("target");
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "watchword-cli", "--target-dir"]);
    let status = command.arg(&target).current_dir(repository()).status()?;
    match status.success() {
        true => Ok(target.join("debug/watchword")),
        false => Err(io::Error::other("the command line tool does not build")),
    }
}
