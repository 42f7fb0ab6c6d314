//! One configured plugin in one VM: what its root context and its streams share.

use std::cell::Cell;
use std::rc::Rc;

use contract::{
    Background, CallError, Called, Cause, Due, Duration, Fetched, Head, Notice, Refusal, StageName,
    UnixTime,
};
use pipeline::{Chain, Handoff, Observe, Pipeline, Record, Refused, Step, Unwatched, Watch};

use crate::abi::{self, Answer, Failed, GrpcAnswer, Level, Map};
use crate::callouts::{Brought, Callouts, Ticket};
use crate::connection::{Protection, RequestConnection};
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::perform::{self, When};
use crate::questions::{Asker, Question, Questions};
use crate::sampler::Sampler;
use crate::stopwatch::Stopwatch;
use crate::stream::{Pending, Shared, State};
use crate::surroundings::{background_env, env};
use crate::waiting::{Seat, WaitingRoom};

/// The configured pipeline, if there is one, with what surrounds it.
#[derive(Default)]
pub(crate) struct Plugin {
    /// `None` until a configuration was accepted: then every request is refused.
    pub(crate) pipeline: Option<Pipeline>,
    pub(crate) metrics: Metrics,
    pub(crate) waiting_room: WaitingRoom,
    pub(crate) pace: Pace,
    pub(crate) questions: Questions,
    /// Which requests that were let pass are logged.
    pub(crate) allows: Sampler,
    /// How the connection of the last request that was counted by it was protected.
    pub(crate) protection: Cell<Protection>,
    /// In which requests the stages are timed.
    times: Sampler,
    callouts: Callouts,
}

/// What the stages say of their work beside the requests, all together.
#[derive(Default)]
struct Found {
    news: bool,
    busy: bool,
}

/// Where the identity is handed on: filter state, which clients cannot reach.
const HANDOFF: &str = "watchword.identity";

/// The same as it is read: the proxy prefixes what a module writes.
const HANDED_ON: [&str; 2] = ["filter_state", "wasm.watchword.identity"];

/// The protection space of challenges when there is no configuration to name one.
const DEFAULT_REALM: &str = "watchword";

/// When to come again after a fault of the host: the time a VM takes to be replaced.
pub(crate) const RETRY: Duration = Duration::from_secs(1);

impl Plugin {
    pub(crate) fn new(pipeline: Pipeline) -> Self {
        let allows = Sampler::new(pipeline.observe().allows_one_in());
        let times = Sampler::new(pipeline.observe().stage_times_one_in());
        let plugin = Self { pipeline: Some(pipeline), allows, times, ..Self::default() };
        plugin
            .pipeline
            .iter()
            .flat_map(Pipeline::counters)
            .for_each(|(event, of)| plugin.metrics.begin(event, &of));
        plugin
    }

    /// What is told of requests; nothing without a configuration.
    pub(crate) fn observe(&self) -> Option<&Observe> {
        self.pipeline.as_ref().map(Pipeline::observe)
    }

    pub(crate) fn realm(&self) -> &str {
        self.pipeline.as_ref().map_or(DEFAULT_REALM, Pipeline::realm)
    }

    /// Decide on the request whose headers the proxy holds now.
    pub(crate) fn decide(&self, head: &Head, connection: &RequestConnection, now: UnixTime) -> Step {
        match &self.pipeline {
            Some(pipeline) => self.timed(now, |watch| {
                pipeline.begin(head, self.handed_on(), &env(now, connection, &self.metrics), watch)
            }),
            None => self.refuse(head, Cause::NotConfigured, "not_configured"),
        }
    }

    /// Judge a request, and take the time of the stages if it is its turn.
    pub(crate) fn timed(&self, now: UnixTime, judge: impl FnOnce(&dyn Watch) -> Step) -> Step {
        if !self.times.takes() {
            return judge(&Unwatched);
        }
        let watch = Stopwatch::start(now);
        let step = judge(&watch);
        watch.stop(&self.metrics);
        step
    }

    /// A refusal that no stage has made.
    pub(crate) fn refuse(&self, head: &Head, cause: Cause, reason: &'static str) -> Step {
        let refusal = Refusal::new(StageName::Host, cause, reason);
        let record = Record::unmatched(head, &refusal);
        Step::Refuse(Box::new(Refused::early(refusal, record)))
    }

    /// Hand the verified identity to the next module. Only a link of a chain does.
    pub(crate) fn hand_on(&self, handoff: &Handoff) -> Result<(), Failed> {
        match self.is_link() {
            true => abi::set_property(HANDOFF, &handoff.write()),
            false => Ok(()),
        }
    }

    /// What time brings: fetches that are due, work that goes on, waits that are over.
    pub(crate) fn tick(&self, now: UnixTime) {
        let Found { news, busy } = self.ask_backgrounds(now);
        self.wake(now, news);
        self.give_up(now);
        self.pace.follow(busy || !self.waiting_room.is_empty());
    }

    /// The answer to one of our callouts.
    pub(crate) fn answered(&self, answer: Answer, now: UnixTime) {
        let ended = self.callouts.ended(answer.token);
        let (Some(ticket), Some(pipeline)) = (ended, &self.pipeline) else { return };
        let outcome = ticket.outcome(answer);
        let background = pipeline.backgrounds().find(|(stage, _)| *stage == ticket.stage);
        if let Some((_, background)) = background
            && self.deliver(
                background,
                &ticket,
                outcome.as_ref().map(Brought::reply).map_err(|error| *error),
                now,
            )
        {
            self.wake(now, true);
        }
    }

    /// How one of our questions has ended.
    pub(crate) fn told(&self, answer: GrpcAnswer, now: UnixTime) {
        let Some(question) = self.questions.ended(answer.token) else { return };
        let brought = question.brought(answer, now);
        self.pass_on(answer.token, question, brought.as_deref().map_err(|error| *error), now);
    }

    /// End the questions that the proxy should have ended by `now`.
    pub(crate) fn give_up(&self, now: UnixTime) {
        for (token, question) in self.questions.lost(now) {
            self.pass_on(token, question, Err(CallError::Late), now);
        }
    }

    /// End all questions, because their answers come to another configuration.
    pub(crate) fn close(&self, now: UnixTime) {
        for (token, question) in self.questions.close() {
            self.pass_on(token, question, Err(CallError::Late), now);
        }
    }

    fn pass_on(&self, token: u32, question: Question, called: Called<'_>, now: UnixTime) {
        match question.asker {
            Asker::Request(stream) => self.go_on_with(&stream, token, called, now),
            Asker::Nobody(then) => then(called, &background_env(now, &self.metrics)),
        }
    }

    /// Nobody is told who has asked something else since.
    fn go_on_with(&self, stream: &Rc<Shared>, token: u32, called: Called<'_>, now: UnixTime) {
        let waits = matches!(&*stream.state.borrow(), State::Asking(pending) if pending.token == token);
        if !waits {
            return;
        }
        let State::Asking(pending) = stream.state.replace(State::Held) else { return };
        let Pending { head, asked, .. } = *pending;
        if stream.is_done.get() || abi::speak_for(stream.context).is_err() {
            // The client has gone.
            asked.forsaken(called, &background_env(now, &self.metrics));
            return;
        }
        perform::tell(self, stream, head, asked, called, When::Later);
    }

    /// Ask again for the requests that wait, and end those whose time is over.
    pub(crate) fn wake(&self, now: UnixTime, news: bool) {
        for stream in self.waiting_room.call(now, news) {
            // A stream that is gone has nobody to answer to.
            if abi::speak_for(stream.context).is_ok() {
                self.go_on(&stream, now);
            }
        }
    }

    fn go_on(&self, stream: &Rc<Shared>, now: UnixTime) {
        let due = match &*stream.state.borrow() {
            State::Waiting(seat) => seat.waiting.until <= now,
            State::Held | State::Asking(_) | State::Passed(_) => return,
        };
        if due {
            perform::end_wait(self, stream, When::Later);
            return;
        }
        let Some(pipeline) = &self.pipeline else { return };
        if let State::Waiting(seat) = stream.state.replace(State::Held) {
            let Seat { head, waiting } = *seat;
            let step = self.timed(now, |watch| {
                pipeline.resume(
                    waiting.progress,
                    &head,
                    &env(now, &stream.connection, &self.metrics),
                    watch,
                )
            });
            perform::step(self, stream, head, step, When::Later);
        }
    }

    /// Let the stages work beside the requests, and start what is due. That a fetch failed at once may be
    /// news, because a stage may then answer.
    fn ask_backgrounds(&self, now: UnixTime) -> Found {
        let Some(pipeline) = &self.pipeline else { return Found::default() };
        let mut found = Found::default();
        for (stage, background) in pipeline.backgrounds() {
            let Due { fetches, news, busy, notices } = background.due(&background_env(now, &self.metrics));
            found.news |= news;
            found.busy |= busy;
            notices.iter().for_each(tell);
            for fetch in fetches {
                let ticket = Ticket::new(stage, &fetch);
                if let Err(error) = self.callouts.start(&fetch, ticket.clone()) {
                    found.news |= self.deliver(background, &ticket, Err(error), now);
                }
            }
        }
        found
    }

    fn deliver(&self, to: &dyn Background, ticket: &Ticket, outcome: Fetched<'_>, now: UnixTime) -> bool {
        let taken = to.fetched(ticket.id, outcome, &background_env(now, &self.metrics));
        self.metrics.fetched(taken.as_ref().map(drop).map_err(|reason| *reason));
        taken.unwrap_or_else(|reason| {
            let line = format!("watchword: fetch from `{}` failed: {reason}", ticket.cluster);
            abi::log(Level::Warn, &line);
            false
        })
    }

    fn handed_on(&self) -> Handoff {
        let bytes = if self.is_link() { abi::property(&HANDED_ON) } else { None };
        bytes.map(|bytes| Handoff::read(&bytes)).unwrap_or_default()
    }

    fn is_link(&self) -> bool {
        self.pipeline.as_ref().is_some_and(|pipeline| pipeline.chain() == Chain::Link)
    }
}

fn tell(notice: &Notice) {
    let (level, text) = match notice {
        Notice::Info(text) => (Level::Info, text),
        Notice::Warning(text) => (Level::Warn, text),
    };
    abi::log(level, &format!("watchword: {text}"));
}

/// The head of the current request, or what its refusal comes to.
pub(crate) fn request_head(has_body: bool) -> Result<Head, (Cause, &'static str)> {
    match abi::headers(Map::Request) {
        Ok(Ok(head)) => Ok(head.followed_by_body(has_body)),
        Ok(Err(_)) => Err((Cause::RequestMalformed, "head_too_large")),
        Err(Failed(_)) => Err((Cause::Unavailable { retry_after: RETRY }, "head_unreadable")),
    }
}
