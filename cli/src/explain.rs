//! `watchword explain`: requests judged by the pipeline that runs in the filter, natively.

mod course;
mod reply;
mod watcher;
mod world;

use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::inquiry::{Options, answer_all};
use crate::surroundings;
use world::World;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    options: Options,
}

/// Judge, and say how every stage has judged.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    explain(arguments).unwrap_or_else(Failure::report)
}

fn explain(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let inquiry = arguments.options.read(surroundings::now())?;
    let world = World::new(&inquiry)?;
    answer_all(&inquiry, |sent| Ok(course::of(&world, sent)))
}
