//! `watchword`: checks configurations with the pipeline that runs in the proxy, makes policy bundles, and
//! packs modules as images.

mod bundle;
mod check;
mod date;
mod docs;
mod explain;
mod failure;
mod inquiry;
mod key;
mod modules;
mod oci;
mod output;
mod package;
mod plain;
mod push;
mod schema;
mod sign;
mod signing_keys;
mod simulate;
mod sources;
mod surroundings;
mod token;
mod verify_image;

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
    /// Credentials are taken from WATCHWORD_REGISTRY_USER and WATCHWORD_REGISTRY_PASSWORD where
    /// WATCHWORD_REGISTRY_HOST names the registry, or from where `docker login` has left them.
    Push(push::Arguments),
    /// Sign an image, in a layout or in a registry, in the form of cosign.
    Sign(sign::Arguments),
    /// Read an image as the agents of proxies do, and say whether its module would be loaded.
    ///
    /// Exits with 0 when all is good, with 1 when it is not.
    VerifyImage(verify_image::Arguments),
    /// Judge requests by the pipeline that runs in the filter, and say how every stage judges.
    ///
    /// Needs no proxy and calls nobody: documents that a proxy would fetch come from --keys, rate limit engines
    /// answer as --engine says, secrets come from the environment. What the proxy itself does before the filter
    /// is not judged, such as its own refusals of a path. Signatures are checked by this program, so ES512, which
    /// only a proxy checks, is not taken. Exits with 0 when the request is allowed, with 1 when it is refused, with 2
    /// when the command is wrong.
    Explain(explain::Arguments),
    /// Give requests to a module as it is shipped, in an interpreter, and say what it does.
    ///
    /// The same options as `explain`, and the same shape of answer, without the steps: they cannot be seen from
    /// outside. There is one worker, its randomness is the same in every run, so what it signs is good for nothing,
    /// and signatures are checked in the module, not by a proxy. The exit codes are those of `explain`.
    Simulate(simulate::Arguments),
    /// Make keys and API keys, and what a configuration says of them.
    ///
    /// Exits with 0 when all is good, with 1 when something is wrong with what was given, with 2 when the
    /// command is.
    #[command(subcommand)]
    Key(key::Command),
    /// Make tokens for tests, and look into tokens.
    #[command(subcommand)]
    Token(token::Command),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Bundle(command) => bundle::run(command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Package(arguments) => package::run(&arguments),
        Command::Push(arguments) => push::run(&arguments),
        Command::Sign(arguments) => sign::run(&arguments),
        Command::VerifyImage(arguments) => verify_image::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Key(command) => key::run(command),
        Command::Token(command) => token::run(command),
    }
}
