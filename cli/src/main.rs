//! `watchword`: checks configurations with the pipeline that runs in the proxy, and makes policy bundles.

mod bundle;
mod check;
mod failure;
mod modules;
mod sources;
mod surroundings;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks configurations of the Watchword filters, with the code that runs in the proxy, and makes the policy
/// bundles that they load.
#[derive(Parser)]
#[command(name = "watchword", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what is wrong with configurations, and what would hurt in production.
    ///
    /// Takes filter configurations, Envoy bootstraps and resources, TrafficExtension, WasmPlugin, EnvoyFilter,
    /// EnvoyExtensionPolicy (YAML or JSON), and folders of policies; in a folder, all of these. What the filter would
    /// refuse is found by the code that runs in it. Secrets are taken from the environment, as the proxy's VM takes
    /// them; for one that is not there, a fresh one is used.
    ///
    /// Exits with 0 when all is good, with 1 when there is an error, with 2 when something cannot be read.
    Check(check::Arguments),
    /// Make signed policy bundles, verify them and look into them.
    ///
    /// Exits with 0 when all is good, with 1 when something is wrong with what was given, with 2 when the
    /// command is.
    #[command(subcommand)]
    Bundle(bundle::Command),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Bundle(command) => bundle::run(command),
    }
}
