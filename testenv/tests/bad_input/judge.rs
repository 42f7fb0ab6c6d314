//! Whether a request ended in a way in which it may.

use std::time::{Duration, Instant};
use std::{fs, thread};

use testenv::report::{Checked, Verdict, ensure};
use testenv::{Arrived, Entry, Side};

use crate::exchange::Came;
use crate::refusal;
use crate::row::Ending;
use crate::world::World;

/// How long an entry of the access log may take to be written.
const LOGGED: Duration = Duration::from_millis(200);

/// Judge what came, what arrived, and what was logged.
pub fn judge(world: &World, came: &Came, may: &[Ending], id: &str) -> Verdict {
    let arrived = world.arrived_of(id);
    let ending = ending(world, came, &arrived, id)?;
    ensure(may.iter().any(|allowed| fits(*allowed, &ending)), || {
        format!("ended with {ending:?} instead of {may:?}; {} arrived", arrived.len())
    })?;
    if let (Ended::Refused(_, _, reason), Some(answer)) = (&ending, &came.answer) {
        refusal::has_all(world, answer, reason)?;
    }
    Ok(format!("{ending:?} {:.1} ms", came.took.as_secs_f64() * 1e3))
}

/// How it has ended.
#[derive(Debug, PartialEq, Eq)]
enum Ended {
    Forwarded,
    Refused(u16, String, String),
    Proxy(u16),
    Cut,
}

fn ending(world: &World, came: &Came, arrived: &[Arrived], id: &str) -> Checked<Ended> {
    let Some(status) = came.status else {
        world.breaks_off(id);
        let whole = arrived.iter().filter(|arrived| arrived.complete).count();
        return ensure(whole == 0, || "cut, and arrived whole".to_owned()).map(|()| Ended::Cut);
    };
    if status == 200 && !is_grpc_refusal(came) {
        let is_one = matches!(arrived, [one] if one.complete);
        ensure(is_one, || format!("200, and {} arrived", arrived.len()))?;
        return Ok(Ended::Forwarded);
    }
    let whole = arrived.iter().filter(|arrived| arrived.complete).count();
    ensure(whole == 0, || format!("{status}, and arrived whole"))?;
    Ok(match refused_by_us(world, came, id) {
        Some((stage, reason)) => {
            ensure(arrived.is_empty(), || format!("{status} by {reason}, and begun to arrive"))?;
            Ended::Refused(status, stage, reason)
        }
        None => {
            world.breaks_off(id);
            Ended::Proxy(status)
        }
    })
}

fn is_grpc_refusal(came: &Came) -> bool {
    let answer = came.answer.as_ref();
    answer.is_some_and(|answer| answer.header("grpc-status").is_some_and(|status| status != "0"))
}

/// Stage and reason of the access log, where the answer looks like ours or cannot be looked at.
fn refused_by_us(world: &World, came: &Came, id: &str) -> Option<(String, String)> {
    let may_be_ours = came.answer.as_ref().is_none_or(|answer| {
        let content_type = answer.header("content-type").unwrap_or_default();
        content_type == refusal::CONTENT_TYPE || answer.header("grpc-status").is_some()
    });
    let entry = if may_be_ours { entry(world, id) } else { None };
    let (stage, reason) = entry.as_ref()?.refusal()?;
    Some((stage.to_owned(), reason.to_owned()))
}

/// The entry of the row, once it is written.
pub fn entry(world: &World, id: &str) -> Option<Entry> {
    let start = Instant::now();
    loop {
        let found = last_entry(world, id);
        if found.is_some() || start.elapsed() > LOGGED {
            return found;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

/// Only its own line is parsed: there are thousands.
fn last_entry(world: &World, id: &str) -> Option<Entry> {
    let text = fs::read_to_string(world.mesh.envoy(Side::Edge).access_log().path()).ok()?;
    let member = format!("\"request_id\":\"{id}\"");
    let line = text.lines().rev().find(|line| line.contains(&member))?;
    serde_json::from_str(line).ok()
}

fn fits(allowed: Ending, ended: &Ended) -> bool {
    match (allowed, ended) {
        (Ending::Forwarded, Ended::Forwarded) | (Ending::Cut, Ended::Cut) => true,
        (Ending::Proxy(wanted), Ended::Proxy(status)) => wanted == *status,
        (Ending::Refused(wanted, by, because), Ended::Refused(status, stage, reason)) => {
            wanted == *status && by == stage && (because.is_empty() || because == reason)
        }
        _ => false,
    }
}
