//! `watchword`: checks configurations with the pipeline that runs in the proxy, and makes policy bundles.

mod bundle;
mod check;
mod date;
mod docs;
mod explain;
mod failure;
mod inquiry;
mod key;
mod modules;
mod output;
mod schema;
mod signing_keys;
mod simulate;
#[expect(dead_code, unused_imports, reason = "the commands that read with it come next")]
mod sources;
mod surroundings;
mod token;

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
    /// Print the JSON Schema (2020-12) of a module's configuration, made from the types that it reads.
    ///
    /// What the schema refuses the module refuses too; the module also checks what no schema can say.
    Schema(schema::Arguments),
    /// Write the reference of the configuration as Markdown, made from the same types.
    Docs(docs::Arguments),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Check { module, files } => check::files(module, &files),
        Command::Bundle(command) => bundle::run(command),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Key(command) => key::run(command),
        Command::Token(command) => token::run(command),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
    }
}
