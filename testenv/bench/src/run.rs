//! A group of scenarios, by turns.

use std::io;

use crate::effort::Effort;
use crate::filters::Filters;
use crate::scenario::{Group, Scenario};
use crate::statistics::Summary;
use crate::subject::{Subject, tokens_to_start};
use crate::world::World;

/// Measure a group.
///
/// # Errors
/// When something does not start, or answers otherwise than it should.
pub(crate) fn run(group: Group, effort: &Effort) -> io::Result<()> {
    let mut world = World::start("bench")?;
    let done = measure(&mut world, group.scenarios(), effort);
    if done.is_err() {
        world.keep_logs();
    }
    let subjects = done?;
    for subject in &subjects {
        let rounds = subject.rounds();
        let of = |pick: fn(&crate::subject::Round) -> f64| {
            Summary::of(&rounds.iter().map(pick).collect::<Vec<_>>()).map_or(f64::NAN, |s| s.median)
        };
        println!(
            "{:16} cpu {:7.1} p50 {:7.1} p99 {:7.1} rps {:7.0} load {:.2}",
            subject.scenario().key,
            of(|r| r.cpu_us),
            of(|r| r.p50_us),
            of(|r| r.p99_us),
            of(|r| r.per_second),
            of(|r| r.load_share),
        );
    }
    Ok(())
}

fn measure(world: &mut World, scenarios: Vec<Scenario>, effort: &Effort) -> io::Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    for scenario in scenarios {
        if scenario.filters == Filters::External {
            world.need_authorizer()?;
        }
        world.need_tokens(scenario.tokens, tokens_to_start(&scenario))?;
        eprintln!("starting {}", scenario.key);
        subjects.push(Subject::start(world, scenario)?);
    }
    for subject in &subjects {
        let needed = subject.tokens_for(effort, effort.rounds);
        world.need_tokens(subject.scenario().tokens, needed)?;
    }
    for _ in 0..effort.rounds {
        for subject in &mut subjects {
            subject.measure(world, effort)?;
        }
    }
    Ok(subjects)
}
