//! Who writes down what each judge says.

use std::cell::RefCell;

use contract::{Forward, Phase, Refusal, RouteMatch, Verdict, Wait, WaitReason};
use pipeline::{Gate, Judged, Watch};

use crate::inquiry::{Caller, Change, RouteSeen, Step};

/// The judges of one request, in the order in which they have spoken.
#[derive(Default)]
pub(super) struct Watcher<'a> {
    /// The claims of a caller that may be shown.
    pub(super) claims: &'a [String],
    seen: RefCell<Seen>,
}

/// What was written down.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) steps: Vec<Step>,
    pub(super) route: Option<RouteSeen>,
    pub(super) caller: Option<Caller>,
    pub(super) workload: Option<String>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(claims: &'a [String]) -> Self {
        Self { claims, seen: RefCell::default() }
    }

    pub(super) fn into_seen(self) -> Seen {
        self.seen.into_inner()
    }

    fn whom(&self, forward: &Forward, seen: &mut Seen) {
        if let Some(identity) = &forward.identity {
            seen.caller = Some(Caller::of(identity, self.claims));
        }
        if let Some(peer) = &forward.peer {
            seen.workload = Some(peer.spiffe_id().to_string());
        }
    }
}

impl Watch for Watcher<'_> {
    fn judged(&self, judged: Judged<'_>, route: Option<&RouteMatch<'_>>) {
        let mut seen = self.seen.borrow_mut();
        if let Some(route) = route.filter(|_| seen.route.is_none()) {
            seen.route = Some(RouteSeen::of(route));
        }
        let by = judged.by().as_str();
        let step = match judged {
            Judged::Gate { gate, refusal: None } => step(by, gate_name(gate), "pass"),
            Judged::Gate { gate, refusal: Some(refusal) } => {
                refused(step(by, gate_name(gate), "refuse"), refusal)
            }
            Judged::Stage { phase, verdict, .. } => {
                if let Verdict::Forward(forward) = verdict {
                    self.whom(forward, &mut seen);
                }
                spoken(by, phase_name(phase), verdict)
            }
        };
        // A stage that waits is asked again and again.
        if seen.steps.last() != Some(&step) {
            seen.steps.push(step);
        }
    }
}

fn spoken(by: &'static str, at: &'static str, verdict: &Verdict) -> Step {
    match verdict {
        Verdict::Forward(forward) => Step {
            evidence: forward.evidence.clone(),
            request_changes: Change::all(&forward.request),
            response_changes: Change::all(&forward.response),
            ..step(by, at, "forward")
        },
        Verdict::Wait(wait) => Step { reason: Some(waits_for(wait)), ..step(by, at, "wait") },
        Verdict::Ask(ask) => {
            let asked = format!("{}.{} of `{}`", ask.call.service, ask.call.method, ask.call.cluster);
            Step { reason: Some(asked), ..step(by, at, "ask") }
        }
        Verdict::Answer(answer) => Step { reason: Some(answer.details.clone()), ..step(by, at, "answer") },
        Verdict::Refuse(refusal) => refused(step(by, at, "refuse"), refusal),
    }
}

fn refused(step: Step, refusal: &Refusal) -> Step {
    Step { reason: Some(refusal.reason.to_owned()), evidence: refusal.evidence.clone(), ..step }
}

const fn step(by: &'static str, at: &'static str, verdict: &'static str) -> Step {
    Step {
        by,
        at,
        verdict,
        reason: None,
        evidence: Vec::new(),
        request_changes: Vec::new(),
        response_changes: Vec::new(),
    }
}

fn waits_for(wait: &Wait) -> String {
    let what = match wait.reason {
        WaitReason::ColdKeys => "the first keys of a provider",
        WaitReason::UnknownKey => "newer keys of a provider, which may have the one that is named",
        WaitReason::ColdPolicies => "the first policies of a bundle",
    };
    format!("for {what}, {} ms at most, then {}", wait.at_most.as_millis(), wait.otherwise.reason)
}

const fn gate_name(gate: Gate) -> &'static str {
    match gate {
        Gate::Path => "path",
        Gate::Known => "known",
        Gate::Accepted => "accepted",
        Gate::Admitted => "admitted",
    }
}

const fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Hygiene => "hygiene",
        Phase::EarlyLimit => "early_limit",
        Phase::Authenticate => "authenticate",
        Phase::Authorize => "authorize",
        Phase::Limit => "limit",
        Phase::Finish => "finish",
    }
}
