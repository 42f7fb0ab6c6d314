//! `watchword schema`.

mod document;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

pub(crate) use document::document;

use crate::modules::Module;
use crate::output;

/// What `watchword schema` is told.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The module whose configuration is described.
    #[arg(long, value_enum, default_value_t = Module::Watchword)]
    module: Module,
    /// The file to write; standard output where there is none.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Write the schema.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let Arguments { module, out } = arguments;
    let text = format!("{:#}\n", document(*module));
    match output::write(out.as_deref(), &text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
