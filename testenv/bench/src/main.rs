//! `watchword-bench`: what requests cost in real Envoys, ours beside native filters and an external authorizer.
//!
//! It says nothing that it has not seen: every answer is checked, what is compared ran by turns in one run, and a ratio
//! whose rounds differ too much is not told.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "what things cost is measured with a real clock")]

mod accounts;
mod authorizer;
mod bootstrap;
mod comparison;
mod cores;
mod effort;
mod figures;
mod filters;
mod group;
mod load;
mod options;
mod page;
mod proxy;
mod requests;
mod row;
mod run;
mod samples;
mod scenario;
mod starts;
mod statistics;
mod subject;
mod table;
mod tokens;
mod world;

use std::env;
use std::io;
use std::process::ExitCode;

use options::{Options, USAGE};

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let Some(options) = Options::parse(&words) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match act(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("watchword-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn act(options: &Options) -> io::Result<()> {
    match options {
        Options::Page => page::write(),
        Options::Measure(groups, effort) => groups.iter().try_for_each(|group| run::run(*group, effort)),
    }
}
