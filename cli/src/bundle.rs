//! `watchword bundle`.

mod build;
pub(crate) mod folder;
mod show;
mod verify;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;
use crate::key::jwks;
use crate::surroundings;

/// What can be done with bundles.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Sign the policies of a folder.
    ///
    /// Takes every `*.cedar` below FOLDER in the order of their paths, the one `*.cedarschema`, and
    /// `entities.json` and `links.json` where they are. What has a name with a dot in front is left out. All of
    /// it is validated before it is signed.
    Build(build::Arguments),
    /// Verify signature, times and digest of a bundle, validate what is in it, and print what was signed.
    Verify(verify::Arguments),
    /// Print what a bundle says of itself, without verifying anything.
    Show(show::Arguments),
    /// Print the public halves of signing keys as a key set, as `keys: { inline: … }` of a configuration takes it.
    PublicKeys(jwks::Arguments),
}

/// Do it, and say how it went.
pub(crate) fn run(command: Command) -> ExitCode {
    let now = surroundings::now();
    let outcome = match command {
        Command::Build(arguments) => build::run(&arguments, now, authz::validate),
        Command::Verify(arguments) => verify::run(&arguments, now),
        Command::Show(arguments) => show::run(&arguments),
        Command::PublicKeys(arguments) => jwks::run(&arguments),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
