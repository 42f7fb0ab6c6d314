//! `watchword key`.

mod api_key;
mod entry;
mod hash;
pub(crate) mod jwks;
mod mac;
pub(crate) mod new;
mod new_api_key;
mod secret_output;

use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What can be done with keys.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Digest an API key for the configuration.
    ///
    /// Reads the key text, `ID.SECRET`, from standard input and never from an argument, which other processes
    /// could see. Prints its `sha256`; with --owner the whole entry for `keys`, in YAML that is JSON too.
    Hash(hash::Arguments),
    /// Make an API key.
    ///
    /// Two lines on standard output: the key text, which is shown this once and goes to its owner, and the entry
    /// for `keys` in the configuration, in YAML that is JSON too.
    NewApiKey(new_api_key::Arguments),
    /// Make a key that signs internal tokens or bundles.
    ///
    /// It is written as PKCS#8 in PEM, for its owner's eyes alone. A file that exists is left as it is.
    New(new::Arguments),
    /// Print the public halves of signing keys as a key set, as `keys: { inline: … }` of a configuration takes it.
    Jwks(jwks::Arguments),
    /// Make the secret under which workers share what they have fetched (`key_sharing`).
    Mac(mac::Arguments),
}

/// Do it, and say how it went.
pub(crate) fn run(command: Command) -> ExitCode {
    let outcome = match command {
        Command::Hash(arguments) => hash::run(&arguments),
        Command::NewApiKey(arguments) => new_api_key::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Jwks(arguments) => jwks::run(&arguments),
        Command::Mac(arguments) => mac::run(&arguments),
    };
    outcome.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}
