//! `watchword simulate`: requests given to a module as it is shipped, in an interpreter.

mod course;
mod machine;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::inquiry::{Options, answer_all};
use crate::surroundings;
use machine::Machine;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The module.
    #[arg(long, value_name = "FILE.wasm")]
    wasm: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Run the module, and say what it does.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    simulate(arguments).unwrap_or_else(Failure::report)
}

fn simulate(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let inquiry = arguments.options.read(surroundings::now())?;
    let mut machine = Machine::start(&arguments.wasm, &inquiry)?;
    answer_all(&inquiry, |sent| course::of(&mut machine, sent))
}
