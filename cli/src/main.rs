//! `watchword`: checks configurations with the pipeline that runs in the proxy, makes policy bundles, and
//! packs modules as images.

mod bundle;
mod check;
mod docs;
mod failure;
mod modules;
mod oci;
mod output;
mod output;
mod package;
mod push;
mod schema;
mod sign;
#[expect(dead_code, unused_imports, reason = "the commands that read with it come next")]
mod sources;
mod surroundings;
mod verify_image;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::modules::Module;

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
    /// Compile plugin configurations (YAML or JSON) and say what is wrong with them.
    ///
    /// Secrets that a configuration names are taken from the environment, as the proxy's VM takes them.
    /// Exits with 0 when all are good, with 1 when one is not.
    Check {
        /// The module that the configurations are for.
        #[arg(long, value_enum, default_value_t = Module::Watchword)]
        module: Module,
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Make signed policy bundles, verify them and look into them.
    ///
    /// Exits with 0 when all is good, with 1 when something is wrong with what was given, with 2 when the
    /// command is.
    #[command(subcommand)]
    Bundle(bundle::Command),
    /// Print the JSON Schema (2020-12) of a module's configuration, made from the types that it reads.
    ///
    /// What the schema refuses the module refuses too; the module also checks what no schema can say.
    Schema(schema::Arguments),
    /// Write the reference of the configuration as Markdown, made from the same types.
    Docs(docs::Arguments),
    /// Pack a module as an OCI image layout that Istio, Envoy Gateway, Kuadrant and Higress load.
    Package(package::Arguments),
    /// Push a layout, with its signatures, to a registry.
    ///
    /// Credentials are taken from WATCHWORD_REGISTRY_USER and WATCHWORD_REGISTRY_PASSWORD, or from where
    /// `docker login` has left them.
    Push(push::Arguments),
    /// Sign an image, in a layout or in a registry, in the form of cosign.
    Sign(sign::Arguments),
    /// Read an image as the agents of proxies do, and say whether its module would be loaded.
    ///
    /// Exits with 0 when all is good, with 1 when it is not.
    VerifyImage(verify_image::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check { module, files } => check::files(module, &files),
        Command::Bundle(command) => bundle::run(command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Package(arguments) => package::run(&arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Sign(arguments) => sign::run(&arguments),
        Command::VerifyImage(arguments) => verify_image::run(&arguments),
    }
}
