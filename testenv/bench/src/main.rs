//! `watchword-bench`: what requests cost in real Envoys, ours beside native filters and an external authorizer.
//!
//! It says nothing that it has not seen: every answer is checked, what is compared ran by turns in one run, and a ratio
//! whose rounds differ too much is not told.

#![forbid(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "what things cost is measured with a real clock")]

mod accounts;
mod authorizer;
mod bootstrap;
mod cores;
mod effort;
mod filters;
mod load;
mod proxy;
mod requests;
mod run;
mod scenario;
mod statistics;
mod subject;
mod tokens;
mod world;

use std::env;
use std::process::ExitCode;

use effort::Effort;
use scenario::Group;

const USAGE: &str = "usage: watchword-bench [--quick] [GROUP...]";

fn main() -> ExitCode {
    let mut names: Vec<String> = env::args().skip(1).collect();
    let quick = names.iter().any(|name| name == "--quick");
    names.retain(|name| name != "--quick");
    let effort = if quick { Effort::QUICK } else { Effort::FULL };
    let mut groups = Vec::new();
    for name in &names {
        match Group::ALL.into_iter().find(|group| group.name() == name) {
            Some(group) => groups.push(group),
            None => {
                eprintln!("{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    if groups.is_empty() {
        groups = Group::ALL.to_vec();
    }
    for group in groups {
        if let Err(error) = run::run(group, &effort) {
            eprintln!("watchword-bench: {}: {error}", group.name());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
