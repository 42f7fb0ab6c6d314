//! The course of one request: begun, told and resumed until it is decided.

use contract::{Answer, Cause, Duration, Head, Refusal, StageName, UnixTime};
use pipeline::{Allowed, Answered, Asking, Record, Refused, Step, Waiting};
use serde_json::Value;

use super::reply;
use super::watcher::Watcher;
use super::world::World;
use crate::inquiry::{Change, Client, Report, Sent, Verdict};

/// How much time passes between two looks at what a request waits for: the proxy's quick tick.
const TICK: Duration = Duration::from_millis(5);

/// Judge `sent`.
pub(super) fn of(world: &World<'_>, sent: &Sent) -> Report {
    let watcher = Watcher::new(&world.inquiry.claims);
    world.work(sent.at);
    let mut course = Course { world, sent, watcher: &watcher, now: sent.at };
    let ended = match sent.head() {
        Ok(head) => course.run(&head),
        Err(_) => too_large(),
    };
    let mut outcome = course.outcome(ended);
    outcome.client.body = outcome.client.body.filter(|_| !sent.is_head());
    let seen = watcher.into_seen();
    Report {
        request: sent.line(),
        verdict: outcome.verdict,
        stage: outcome.stage.map(|stage| stage.to_string()),
        reason: outcome.reason,
        evidence: outcome.evidence,
        route: seen.route,
        caller: seen.caller,
        workload: seen.workload,
        steps: seen.steps,
        request_changes: outcome.request_changes,
        response_changes: outcome.response_changes,
        client: outcome.client,
        record: outcome.record,
        notes: world.notes(),
        run: None,
    }
}

struct Course<'a> {
    world: &'a World<'a>,
    sent: &'a Sent,
    watcher: &'a Watcher<'a>,
    now: UnixTime,
}

/// What a request comes to.
enum Ended {
    Allowed(Box<Allowed>),
    Answered(Box<Answered>),
    Refused(Box<Refused>),
}

/// The same, as it is shown.
struct Outcome {
    verdict: Verdict,
    stage: Option<StageName>,
    reason: Option<String>,
    evidence: Vec<String>,
    request_changes: Vec<Change>,
    response_changes: Vec<Change>,
    client: Client,
    record: Value,
}

impl Course<'_> {
    fn run(&mut self, head: &Head) -> Ended {
        let (pipeline, env) = (&self.world.pipeline, self.world.env(self.sent, self.now));
        let mut step = pipeline.begin(head, self.world.handoff(), &env, self.watcher);
        loop {
            step = match step {
                Step::Allow(allowed) => return self.follow(allowed),
                Step::Answer(answered) => return Ended::Answered(answered),
                Step::Refuse(refused) => return Ended::Refused(refused),
                Step::Ask(asking) => self.tell(*asking, head),
                Step::Wait(waiting) => self.wait(*waiting, head),
            };
        }
    }

    /// The body follows its head, and is counted where it is bounded.
    fn follow(&self, mut allowed: Box<Allowed>) -> Ended {
        let bytes = usize::try_from(self.sent.body_bytes.unwrap_or_default()).unwrap_or(usize::MAX);
        match allowed.body.as_mut().map(|body| body.pass(bytes)) {
            Some(Err(refused)) => Ended::Refused(refused),
            Some(Ok(())) | None => Ended::Allowed(allowed),
        }
    }

    fn tell(&self, asking: Asking, head: &Head) -> Step {
        let Asking { call, asked } = asking;
        let called = self.world.engine(&call.cluster).called();
        let env = self.world.env(self.sent, self.now);
        self.world.pipeline.told(asked, called, head, &env, self.watcher)
    }

    /// Let time pass until there is news, or the wait is over.
    fn wait(&mut self, waiting: Waiting, head: &Head) -> Step {
        let Waiting { progress, until, otherwise, .. } = waiting;
        while !self.world.work(self.now) && self.now < until {
            self.now = self.now.plus(TICK);
        }
        if self.now >= until {
            return self.world.pipeline.give_up(progress, head, otherwise);
        }
        let env = self.world.env(self.sent, self.now);
        let step = self.world.pipeline.resume(progress, head, &env, self.watcher);
        // News that do not help are no reason to stand still.
        self.now = self.now.plus(TICK);
        step
    }

    fn outcome(&self, ended: Ended) -> Outcome {
        match ended {
            Ended::Allowed(allowed) => self.allowed(*allowed),
            Ended::Answered(answered) => self.answered(*answered),
            Ended::Refused(refused) => self.refused(*refused),
        }
    }

    fn allowed(&self, allowed: Allowed) -> Outcome {
        let Allowed { request, response, at_end, asides, record, .. } = allowed;
        self.world.ask_aside(asides, self.now);
        self.world.end(at_end, self.now);
        let record = read(&record);
        Outcome {
            verdict: Verdict::Allow,
            stage: None,
            reason: None,
            evidence: evidence(&record),
            request_changes: Change::all(&request),
            response_changes: Change::all(&response),
            client: reply::forwarded(&response),
            record,
        }
    }

    fn answered(&self, answered: Answered) -> Outcome {
        let Answered { stage, answer, response, at_end, asides, record } = answered;
        self.world.ask_aside(asides, self.now);
        self.world.end(at_end, self.now);
        let record = read(&record);
        Outcome {
            verdict: Verdict::Answer,
            stage: Some(stage),
            reason: None,
            evidence: evidence(&record),
            request_changes: Vec::new(),
            response_changes: Change::all(&response),
            client: reply::answered(&answer, &response),
            record,
        }
    }

    fn refused(&self, refused: Refused) -> Outcome {
        let Refused { refusal, at_end, asides, record } = refused;
        self.world.ask_aside(asides, self.now);
        self.world.end(at_end, self.now);
        let answer = Answer::new(&refusal, self.world.pipeline.realm(), record.request_id());
        let record = read(&record);
        Outcome {
            verdict: Verdict::Refuse,
            stage: Some(refusal.stage),
            reason: Some(refusal.reason.to_owned()),
            evidence: evidence(&record),
            request_changes: Vec::new(),
            response_changes: Change::all(&refusal.headers),
            client: reply::answered(&answer, &refusal.headers),
            record,
        }
    }
}

/// As the filter refuses a head that is beyond its bounds.
fn too_large() -> Ended {
    let refusal = Refusal::new(StageName::Host, Cause::RequestMalformed, "head_too_large");
    let record = Record::unmatched(&Head::default(), &refusal);
    Ended::Refused(Box::new(Refused::early(refusal, record)))
}

fn read(record: &Record) -> Value {
    serde_json::from_str(&record.line()).unwrap_or_default()
}

/// The evidence in a decision record.
fn evidence(record: &Value) -> Vec<String> {
    let pieces = record.get("evidence").and_then(Value::as_array).into_iter().flatten();
    pieces.filter_map(Value::as_str).map(str::to_owned).collect()
}
