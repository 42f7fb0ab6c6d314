//! How a scenario went: the answer, and what the access logs say of it.

use std::io;
use std::time::{Duration, Instant};

use rustls::AlertDescription;

use super::{Expected, Scenario};
use crate::client::Answer;
use crate::{Entry, Reach, Side};

/// Envoy's word for an answer that came from behind it.
const FORWARDED: &str = "via_upstream";

/// What came of a scenario.
#[derive(Debug)]
pub struct Outcome {
    /// The status, if an answer came.
    pub status: Option<u16>,
    /// Proxy and stage.
    pub decided_by: String,
    /// The reason of a refusal; else what the permission rests on.
    pub why: String,
    /// From the first byte sent to the last received.
    pub time: Duration,
    /// What is not as expected.
    pub complaint: Option<String>,
}

/// The last proxy that saw a request, and what it wrote down.
struct Trail {
    side: Side,
    entry: Entry,
}

impl Outcome {
    pub(super) fn of(scenario: &Scenario, reach: &Reach) -> Self {
        let seen = reach.logs[scenario.enters as usize].entries().len();
        let start = Instant::now();
        let answer = (scenario.send)(reach);
        let time = start.elapsed();
        match answer {
            Ok(answer) => {
                Self::answered(scenario, &answer, Trail::follow(scenario, reach, &answer, seen), time)
            }
            Err(error) => Self::failed(scenario, &error, time),
        }
    }

    fn answered(scenario: &Scenario, answer: &Answer, trail: Option<Trail>, time: Duration) -> Self {
        let complaint = complaint(&scenario.expected, answer, trail.as_ref());
        let (decided_by, why) = trail.map_or_else(
            || ("?".to_owned(), "not in the access log".to_owned()),
            |trail| (trail.decided_by(), trail.why()),
        );
        Self { status: Some(answer.status), decided_by, why, time, complaint }
    }

    fn failed(scenario: &Scenario, error: &io::Error, time: Duration) -> Self {
        let holds = match scenario.expected {
            // Nobody listening, or a time-out, is no refusal.
            Expected::NoConnection(alert) => alert_of(error) == Some(alert),
            Expected::Forwarded(_) | Expected::Refused(..) | Expected::RefusedByEnvoy(_) => false,
        };
        let complaint = (!holds).then(|| format!("expected {}", scenario.expected));
        let decided_by = format!("{} tls", scenario.enters.name());
        Self { status: None, decided_by, why: error.to_string(), time, complaint }
    }
}

/// The alert with which the other side has ended a TLS session.
fn alert_of(error: &io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref()? {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

fn complaint(expected: &Expected, answer: &Answer, trail: Option<&Trail>) -> Option<String> {
    let refusal = trail.and_then(|trail| trail.entry.refusal());
    let holds = match *expected {
        Expected::Forwarded(check) if answer.status == 200 => return check(&answer.json()).err(),
        Expected::Forwarded(_) | Expected::NoConnection(_) => false,
        Expected::Refused(status, stage, reason) => {
            answer.status == status && refusal == Some((stage, reason))
        }
        Expected::RefusedByEnvoy(status) => answer.status == status && refusal.is_none(),
    };
    (!holds).then(|| format!("expected {expected}"))
}

impl Trail {
    /// Follow a request from where it entered: by its id as far as orders, from there by its trace, which is
    /// all that the service forwards. `seen` entries were in the first log before it was sent.
    fn follow(scenario: &Scenario, reach: &Reach, answer: &Answer, seen: usize) -> Option<Self> {
        let log = |side: Side| &reach.logs[side as usize];
        let id = answer.request_id();
        let mut side = scenario.enters;
        let mut entry = match id {
            Some(id) => log(side).by_request_id(id)?,
            // Refused by Envoy before it gave the request an id.
            None => log(side).wait_for_nth(seen)?,
        };
        if side == Side::Edge && entry.details.as_deref() == Some(FORWARDED) {
            side = Side::Orders;
            entry = log(side).by_request_id(id?)?;
        }
        if side == Side::Orders && answer.json()["payments"].is_object() {
            let trace = entry.trace_id()?.to_owned();
            side = Side::Payments;
            entry = log(side).wait_for(|entry| entry.trace_id() == Some(&trace))?;
        }
        Some(Self { side, entry })
    }

    /// A permission is everybody's on the way, a refusal somebody's.
    fn decided_by(&self) -> String {
        match self.entry.refusal() {
            Some((stage, _)) => format!("{} {stage}", self.side.name()),
            None if self.was_forwarded() => {
                let passed = Side::ALL.iter().take_while(|side| **side as usize <= self.side as usize);
                passed.map(|side| side.name()).collect::<Vec<_>>().join(" > ")
            }
            None => format!("{} envoy", self.side.name()),
        }
    }

    fn was_forwarded(&self) -> bool {
        self.entry.details.as_deref() == Some(FORWARDED)
    }

    fn why(&self) -> String {
        let details = self.entry.details.clone().unwrap_or_default();
        let reason = self.entry.refusal().map(|(_, reason)| reason.to_owned());
        let decision = self.entry.decision();
        let evidence = decision["evidence"].as_array().into_iter().flatten();
        let evidence = evidence.filter_map(|piece| piece.as_str()).collect::<Vec<_>>().join(", ");
        match (reason, evidence.is_empty()) {
            (Some(reason), true) => reason,
            (Some(reason), false) => format!("{reason}: {evidence}"),
            (None, true) if self.was_forwarded() => "open to everybody".to_owned(),
            (None, true) => details,
            (None, false) => evidence,
        }
    }
}
