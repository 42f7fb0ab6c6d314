//! `watchword token`.

mod claims;
mod decode;
mod make;
mod remarks;
mod signer;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::surroundings;

/// What can be done with tokens.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make a token for tests, signed with a key of yours.
    Make(make::Arguments),
    /// Print header and claims of a token, WITHOUT verifying anything.
    ///
    /// Names on standard error what a verifier would refuse, whoever has signed it. The signature is not shown:
    /// what is printed opens no door. Exits with 0 when nothing was found, with 1 when something was.
    Decode(decode::Arguments),
}

/// Do it, and say how it went.
pub(crate) fn run(command: Command) -> ExitCode {
    let now = surroundings::now();
    let outcome = match command {
        Command::Make(arguments) => make::run(&arguments, now),
        Command::Decode(arguments) => decode::run(&arguments, now),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
