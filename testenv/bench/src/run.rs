//! A group of scenarios, by turns.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use testenv::{gate, interrupt};

use crate::effort::Effort;
use crate::figures::Figures;
use crate::filters::Filters;
use crate::group::Group;
use crate::samples::{Measure, Samples};
use crate::scenario::Scenario;
use crate::starts::start_once;
use crate::subject::{Subject, tokens_to_start};
use crate::table;
use crate::world::World;

/// Measure a group, print its table and its gates, and keep its figures.
///
/// # Errors
/// When something does not start, or answers otherwise than it should.
pub(crate) fn run(group: Group, effort: &Effort) -> io::Result<()> {
    let mut world = World::start(group.name())?;
    let scenarios = group.scenarios();
    let measured = match group {
        Group::Start => starts(&mut world, &scenarios, effort),
        Group::Known | Group::Fresh | Group::Policies | Group::Hops => {
            by_turns(&mut world, group, &scenarios, effort)
        }
    };
    if measured.is_err() {
        world.keep_logs();
    }
    report(group, &scenarios, &measured?, effort)
}

fn report(group: Group, scenarios: &[Scenario], samples: &Samples, effort: &Effort) -> io::Result<()> {
    let figures = Figures::of(group, scenarios, samples);
    println!("{}", table::terminal(&table::rows(&figures)));
    for comparison in group.comparisons() {
        if effort.is_telling() {
            comparison.print(samples);
        } else {
            gate::absent(comparison.gate, comparison.want, "too few rounds for a figure");
        }
    }
    // What is too brief to be told is not kept either.
    if effort.is_telling() {
        println!("\nkept in {}", figures.write(group)?.display());
    }
    Ok(())
}

/// All proxies run; each round measures one after the other.
fn by_turns(
    world: &mut World,
    group: Group,
    scenarios: &[Scenario],
    effort: &Effort,
) -> io::Result<Samples> {
    let mut subjects = scenarios
        .iter()
        .map(|scenario| started(world, scenario, effort))
        .collect::<io::Result<Vec<_>>>()?;
    let mut samples = Samples::default();
    rounds(world, &mut subjects, &mut samples, effort, |_| true)?;
    for number in 1..effort.tries {
        let wide = group.comparisons().iter().filter(|comparison| !comparison.is_narrow(&samples));
        let again: Vec<&str> = wide.flat_map(|comparison| comparison.scenarios()).collect();
        if again.is_empty() {
            break;
        }
        eprintln!("the rounds differ too much: try {} of {}", number + 1, effort.tries);
        again.iter().for_each(|scenario| samples.forget(scenario));
        rounds(world, &mut subjects, &mut samples, effort, |scenario| again.contains(&scenario))?;
    }
    Ok(samples)
}

fn started(world: &mut World, scenario: &Scenario, effort: &Effort) -> io::Result<Subject> {
    eprintln!("starting: {}", scenario.title);
    if scenario.filters == Filters::External {
        world.need_authorizer()?;
    }
    world.need_tokens(scenario.tokens, tokens_to_start(scenario, effort))?;
    Subject::start(world, scenario.clone(), effort)
}

/// Tokens are made before the first round, so that nothing else runs in between.
fn rounds(
    world: &mut World,
    subjects: &mut [Subject],
    samples: &mut Samples,
    effort: &Effort,
    is_meant: impl Fn(&str) -> bool,
) -> io::Result<()> {
    for subject in subjects.iter().filter(|subject| is_meant(subject.scenario().key)) {
        world.need_tokens(subject.scenario().tokens, subject.tokens_needed(effort))?;
    }
    for number in 0..effort.rounds {
        eprintln!("round {} of {}", number + 1, effort.rounds);
        for subject in subjects.iter_mut().filter(|subject| is_meant(subject.scenario().key)) {
            interrupt::check()?;
            samples.note(subject.scenario().key, subject.measure(world, effort)?);
        }
    }
    Ok(())
}

/// How long proxies rest that have rested before and now know their users: the allocator then holds less than 1 MB for
/// what was served.
const BRIEF_REST: Duration = Duration::from_secs(3);

/// One proxy at a time; each round starts all of them once. They stay, so that all of them come to rest together.
fn starts(world: &mut World, scenarios: &[Scenario], effort: &Effort) -> io::Result<Samples> {
    for scenario in scenarios {
        world.need_tokens(scenario.tokens, tokens_to_start(scenario, effort))?;
    }
    let (mut samples, mut resting) = (Samples::default(), Vec::new());
    for number in 0..effort.starts {
        eprintln!("round {} of {}", number + 1, effort.starts);
        for scenario in scenarios {
            interrupt::check()?;
            let (started, measures) = start_once(world, scenario)?;
            samples.note(scenario.key, measures);
            resting.push((scenario, started));
        }
    }
    rest(effort.rest)?;
    for (scenario, started) in &resting {
        samples.note(scenario.key, [(Measure::ResidentMb, started.resident_mb()?)]);
        started.meet_users(world.tokens(scenario.tokens))?;
    }
    rest(BRIEF_REST)?;
    for (scenario, started) in &resting {
        samples.note(scenario.key, [(Measure::KnownUsersMb, started.resident_mb()?)]);
    }
    Ok(samples)
}

/// Until the last one has come to rest.
fn rest(time: Duration) -> io::Result<()> {
    eprintln!("they rest for {} seconds", time.as_secs());
    let until = Instant::now() + time;
    while Instant::now() < until {
        interrupt::check()?;
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::{Native, Stage};
    use crate::scenario::fused;

    const MEASURES: [Measure; 6] = [
        Measure::CpuUs,
        Measure::P50Us,
        Measure::P99Us,
        Measure::PerSecond,
        Measure::ProxyPercent,
        Measure::LoadPercent,
    ];

    #[test]
    fn every_scenario_has_a_figure_for_every_measure_and_round() {
        let scenarios = [
            Scenario::new("none", "", Filters::None),
            Scenario::new("native", "", Filters::Native(Native::All)),
            Scenario::new("all", "", fused(&Stage::ALL)),
            Scenario::new("bad", "", fused(&Stage::ALL)).bad(),
        ];
        let mut world = World::start("bench-test").unwrap();
        let samples = by_turns(&mut world, Group::Hops, &scenarios, &Effort::QUICK).unwrap();
        for scenario in &scenarios {
            for measure in MEASURES {
                let rounds = samples.rounds(scenario.key, measure);
                assert_eq!(rounds.len(), Effort::QUICK.rounds, "{} {measure:?}", scenario.key);
                assert!(rounds.iter().all(|value| *value > 0.0), "{} {measure:?} {rounds:?}", scenario.key);
            }
        }
    }

    #[test]
    fn a_proxy_that_answers_otherwise_is_an_error_and_not_a_fast_one() {
        let mut world = World::start("bench-test").unwrap();
        let scenario = Scenario::new("none", "", Filters::None).bad();
        let error = by_turns(&mut world, Group::Hops, &[scenario], &Effort::QUICK).unwrap_err().to_string();
        assert!(error.contains("none: an answer is 200, not 401"), "{error}");
    }
}
