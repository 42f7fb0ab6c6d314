//! The command line tool, as its users run it.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use crate::repository;

/// Build `watchword`, with the cargo that builds the tests.
///
/// # Errors
/// When it does not build.
pub fn build(cargo: &str) -> io::Result<PathBuf> {
    let target = repository().join("target");
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "watchword-cli", "--target-dir"]);
    let status = command.arg(&target).current_dir(repository()).status()?;
    match status.success() {
        true => Ok(target.join("debug/watchword")),
        false => Err(io::Error::other("the command line tool does not build")),
    }
}
