//! Policies that are pushed under load, which allow and deny by turns. Two policies decide, and both name their
//! version, so that whoever mixes versions is found out.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testenv::client::{Answer, Connection};
use testenv::report::{Checked, ensure};

use crate::edge::Edge;
use crate::listeners::{self, Watched};
use crate::load::{Case, Cost};
use crate::mix;
use crate::row::{Row, Table};
use crate::vitals::Vitals;
use crate::world::World;

/// The header field in which the edge says by which policies it has decided.
const HEADER: &str = "x-policies";

/// Between two pushes.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long after a push anybody may be decided by the version before.
const MOST_AGE: Duration = Duration::from_secs(2);

/// Between two requests of a client. There are two clients for each worker.
const PAUSE: Duration = Duration::from_millis(5);
const CLIENTS_EACH: usize = 2;

/// The configuration of the filter in a resource.
const CONFIGURATION: &str = "/typed_config/config/configuration/value";

/// What one answer has told, when it was asked for and when it came.
#[derive(Debug, Clone, Copy)]
struct Seen {
    version: u64,
    sent: Instant,
    got: Instant,
}

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    let file = Watched::new(world.mesh.directory(), "filter")?;
    let mut resource = Value::Null;
    let edge = world.edge("flips", |bootstrap| {
        let configuration = bootstrap.configuration("clients")?;
        configuration["authz"]["public_reason_header"] = json!(HEADER);
        configuration["authz"]["policies"] = json!(policies(1));
        resource = listeners::discover_filter(bootstrap, &file)?;
        Ok(())
    })?;
    table.suffer("policies that flip every 500 ms", || flips(world, &edge, &file, &resource));
    Ok(())
}

/// An odd version allows what everybody asks here, an even one denies it.
fn policies(version: u64) -> String {
    let effect = if is_allowing(version) { "permit" } else { "forbid" };
    let one = |part: &str| {
        format!(
            "@id(\"v{version}-{part}\") @public_reason(\"{version}\")\n{effect} (principal, action, resource);\n"
        )
    };
    format!("{}{}", one("a"), one("b"))
}

const fn is_allowing(version: u64) -> bool {
    version % 2 == 1
}

fn flips(world: &World, edge: &Edge, file: &Watched, resource: &Value) -> Checked<Row> {
    let before = edge.look()?;
    let good = mix::only(&world.cases, true);
    let bad = mix::only(&world.cases, false);
    // Who has no role is refused by the policies of the shop alone, which are not here.
    let bad: Vec<Case> = bad.into_iter().filter(|case| case.status != 403).collect();
    let stop = AtomicBool::new(false);
    let seen = Mutex::new(Vec::new());
    let mut pushed = vec![Instant::now()];
    let (asked, tally) = crate::load::Load::new(edge.address, &bad, Cost::NONE).while_doing(|| {
        let mut workers = Vec::new();
        for _ in 0..CLIENTS_EACH {
            workers.extend(edge.workers()?);
        }
        thread::scope(|scope| {
            let clients: Vec<_> = workers
                .into_iter()
                .map(|connection| scope.spawn(|| watch(connection, &good, &stop, &seen)))
                .collect();
            let done = push_all(world, file, resource, &mut pushed);
            stop.store(true, Ordering::Relaxed);
            let watched: Checked<()> =
                clients.into_iter().try_for_each(|one| one.join().map_err(|_| "a client has panicked")?);
            done.and(watched)
        })
    });
    asked?;
    let after = edge.look()?;
    tally.is_right()?;
    after.is_as_before(&before, 0)?;
    after.has_logged_only(&edge.envoy, &before, &[])?;
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    judge(&seen, &pushed)?;
    Ok(row(&tally, [&before, &after], &seen, pushed.len()))
}

fn row(tally: &crate::load::Tally, [before, after]: [&Vitals; 2], seen: &[Seen], versions: usize) -> Row {
    let mut row = Row::of(tally, before, after, 0);
    row.sent += seen.len() as u64;
    row.saying(format!("{} decisions by {versions} versions, none by two", seen.len()))
}

fn push_all(world: &World, file: &Watched, resource: &Value, pushed: &mut Vec<Instant>) -> Checked<()> {
    let mut resource = resource.clone();
    for version in 2..=world.profile.pushes + 1 {
        thread::sleep(INTERVAL);
        let configuration = resource.pointer_mut(CONFIGURATION).ok_or("no configuration")?;
        configuration["authz"]["policies"] = json!(policies(version));
        pushed.push(Instant::now());
        file.push(&[resource.clone()], version)?;
    }
    thread::sleep(MOST_AGE + INTERVAL);
    Ok(())
}

/// One connection is one worker: what it has once decided by, it may never go back from.
fn watch(
    mut connection: Connection,
    good: &[Case],
    stop: &AtomicBool,
    all: &Mutex<Vec<Seen>>,
) -> Checked<()> {
    let mut last = 0;
    for case in good.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let sent = Instant::now();
        let version = version(&connection.exchange(&case.request)?)?;
        ensure(version >= last, || format!("decided by version {version} after {last}"))?;
        last = version;
        all.lock().unwrap_or_else(PoisonError::into_inner).push(Seen {
            version,
            sent,
            got: Instant::now(),
        });
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// The version that has decided: by two policies of one version, and as that version says.
fn version(answer: &Answer) -> Checked<u64> {
    let told = answer.header(HEADER).unwrap_or_default();
    let parts: Vec<u64> = told.split("; ").filter_map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [one, other] if one == other && answer.status == if is_allowing(*one) { 200 } else { 403 } => {
            Ok(*one)
        }
        _ => Err(format!("{} decided by `{told}`", answer.status).into()),
    }
}

/// Nothing is decided by a version that was not pushed yet, or that has been followed by another for too long; and the
/// last one was seen.
fn judge(seen: &[Seen], pushed: &[Instant]) -> Checked<()> {
    for Seen { version, sent, got } in seen {
        let at = pushed
            .get(*version as usize - 1)
            .ok_or_else(|| format!("nobody has pushed version {version}"))?;
        ensure(at <= got, || format!("version {version} decides before it is pushed"))?;
        let followed = pushed.get(*version as usize).filter(|next| **next + MOST_AGE < *sent);
        ensure(followed.is_none(), || {
            format!("version {version} decides {MOST_AGE:?} after the next was pushed")
        })?;
    }
    let last = seen.iter().map(|seen| seen.version).max().unwrap_or_default();
    ensure(last == pushed.len() as u64, || {
        format!("version {last} of {} is the last that was seen", pushed.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, told: &str) -> Answer {
        let headers = vec![(HEADER.to_owned(), told.to_owned())];
        Answer { status, headers, body: Vec::new(), trailers: Vec::new() }
    }

    #[test]
    fn a_mix_of_versions_and_a_decision_against_its_policies_are_noticed() {
        assert_eq!(version(&answer(200, "3; 3")).unwrap(), 3);
        assert_eq!(version(&answer(403, "2; 2")).unwrap(), 2);
        for (status, told) in [(200, "3; 1"), (200, "2; 2"), (403, "3; 3"), (200, "3"), (503, "")] {
            assert!(version(&answer(status, told)).is_err(), "{status} {told}");
        }
    }

    #[test]
    fn who_decides_too_early_or_too_late_is_noticed() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let pushed = [start, start + second];
        let seen = |version, at: u32| Seen { version, sent: start + second * at, got: start + second * at };
        assert!(judge(&[seen(1, 0), seen(1, 3), seen(2, 4)], &pushed).is_ok());
        assert!(judge(&[seen(2, 0)], &pushed).is_err(), "before it was pushed");
        assert!(judge(&[seen(1, 4), seen(2, 4)], &pushed).is_err(), "too late");
        assert!(judge(&[seen(1, 0)], &pushed).is_err(), "the last was never seen");
    }
}
