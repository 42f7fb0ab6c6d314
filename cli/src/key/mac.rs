//! `watchword key mac`.

use std::path::PathBuf;

use clap::Args;

use super::secret_output::{random_text, write};
use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A new file for it, which only its owner can read; `-` for standard output, also when that is a terminal.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Write 256 random bits, as text.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    write(arguments.output.as_deref(), &format!("{}\n", random_text()?))
}
