//! `watchword docs`.

mod fields;
mod kind;
mod page;
mod pages;
mod paths;
mod reach;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::modules::Module;
use crate::schema;

/// What `watchword docs` is told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder to write the pages into. It is made where there is none.
    #[arg(long, default_value = "docs/reference")]
    out: PathBuf,
}

/// Write the reference.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    match write(&arguments.out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn write(folder: &PathBuf) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::in_file(folder, error))?;
    for (name, text) in pages::all(&schema::document(Module::Watchword)) {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| Failure::in_file(&path, error))?;
    }
    Ok(())
}
