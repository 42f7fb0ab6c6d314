//! Verdicts performed: the only file that edits, answers, or lets a request go on.

use std::iter;
use std::rc::Rc;

use contract::{Answer, Aside, Called, Cause, Edit, Edits, Facts, Head, HeaderName, Part};
use pipeline::{Allowed, Answered, Asked, Asking, Observe, Record, Refused, Step, Waiting};
use proxy_wasm::types::Action;

use crate::abi::{self, Failed, Level, Map};
use crate::metrics::Outcome;
use crate::plugin::{Plugin, RETRY};
use crate::stream::{Passed, Pending, Shared, State};
use crate::surroundings::{background_env, env};
use crate::waiting::Seat;

/// Where the decision record is put for access logs and traces.
const DECISION: &str = "watchword.decision";

/// From where a verdict is performed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// In the callback of the request's headers.
    InHeaders,
    /// Later, from the root context, which speaks for the stream.
    Later,
}

/// Perform what the pipeline says. The action is what the proxy is told in the header callback; a stream
/// that was paused there is told by a call instead.
pub(crate) fn step(plugin: &Plugin, stream: &Rc<Shared>, head: Head, step: Step, when: When) -> Action {
    count_peer(plugin, stream, &step);
    match step {
        Step::Allow(allowed) => allow(plugin, stream, &head, *allowed, when),
        Step::Ask(asking) => ask(plugin, stream, head, *asking, when),
        Step::Wait(waiting) => wait(plugin, stream, head, *waiting, when),
        Step::Answer(answered) => answer(plugin, stream, *answered),
        Step::Refuse(refused) => refuse(plugin, stream, *refused),
    }
}

/// Clean and change a response. One that could not be cleaned may carry what a client must not see, so it is
/// answered here instead; what else was to be changed is not worth that.
pub(crate) fn response(plugin: &Plugin, stream: &Rc<Shared>) -> Action {
    if let State::Passed(Passed { response, .. }) = &*stream.state.borrow() {
        if clean(plugin, Part::Response) {
            edit_response(response);
            return Action::Continue;
        }
    } else {
        return Action::Continue;
    }
    unavailable(plugin, stream, &Head::default(), "response_not_cleaned")
}

fn edit_response(edits: &Edits) {
    if let Err(Failed(status)) = edit(Map::Response, edits.iter()) {
        abi::log(Level::Warn, &format!("watchword: response headers not edited: status {status}"));
    }
}

/// Remove from a part of the exchange what stages remove from it. Whether that was done: what a service or a
/// client reads there it may take for a header of ours.
pub(crate) fn clean(plugin: &Plugin, part: Part) -> bool {
    let Some(pipeline) = &plugin.pipeline else { return false };
    if !pipeline.cleans() {
        return true;
    }
    let map = match part {
        Part::RequestTrailers => Map::RequestTrailers,
        Part::Response => Map::Response,
        Part::ResponseTrailers => Map::ResponseTrailers,
    };
    let cleaned = match abi::headers(map) {
        Ok(Ok(fields)) => edit(map, pipeline.clean(part, &fields, &plugin.metrics).iter()).is_ok(),
        Ok(Err(_)) | Err(Failed(_)) => false,
    };
    if !cleaned {
        abi::log(Level::Error, &format!("watchword: {part} not cleaned"));
    }
    cleaned
}

fn allow(plugin: &Plugin, stream: &Rc<Shared>, head: &Head, allowed: Allowed, when: When) -> Action {
    let Allowed { request, response, handoff, body, facts, at_end, asides, record } = allowed;
    ask_aside(plugin, asides);
    stream.at_end.borrow_mut().extend(at_end);
    // A client's header that was not removed, or an identity that was not handed on, is no allow. Nor is a
    // fact that was not told: another filter's rule may refuse by it.
    let edited = edit(Map::Request, request.iter())
        .and_then(|()| plugin.hand_on(&handoff))
        .and_then(|()| publish_facts(&facts));
    if edited.is_err() {
        return unavailable(plugin, stream, head, "edits_failed");
    }
    let line = record.line();
    publish(plugin, &record, &line);
    if plugin.allows.takes() {
        abi::log(Level::Info, &line);
    }
    plugin.metrics.requested(Outcome::Allowed, record.text("route"));
    stream.state.replace(State::Passed(Passed { response, body }));
    match when {
        When::InHeaders => Action::Continue,
        When::Later => go_on(),
    }
}

/// What could not be performed is answered.
pub(crate) fn unavailable(
    plugin: &Plugin,
    stream: &Rc<Shared>,
    head: &Head,
    reason: &'static str,
) -> Action {
    match plugin.refuse(head, Cause::Unavailable { retry_after: RETRY }, reason) {
        Step::Refuse(refused) => refuse(plugin, stream, *refused),
        Step::Allow(_) | Step::Wait(_) | Step::Ask(_) | Step::Answer(_) => Action::Pause,
    }
}

/// A paused request that cannot be continued stays paused until the proxy's own timeout ends it.
fn go_on() -> Action {
    if let Err(Failed(status)) = abi::continue_request() {
        abi::log(Level::Error, &format!("watchword: request not continued: status {status}"));
    }
    Action::Continue
}

fn wait(plugin: &Plugin, stream: &Rc<Shared>, head: Head, waiting: Waiting, when: When) -> Action {
    let (reason, until) = (waiting.reason, waiting.until);
    stream.state.replace(State::Waiting(Box::new(Seat { head, waiting })));
    if plugin.waiting_room.admit(stream, reason, until) {
        plugin.pace.follow(true);
        if when == When::InHeaders {
            plugin.metrics.waiting();
        }
        return Action::Pause;
    }
    end_wait(plugin, stream, when)
}

/// Ask for a request, which waits. What cannot be asked, or not now, has an answer at once.
fn ask(plugin: &Plugin, stream: &Rc<Shared>, head: Head, asking: Asking, when: When) -> Action {
    let Asking { call, asked } = asking;
    let Ok(now) = abi::now() else { return unavailable(plugin, stream, &head, "clock_unreadable") };
    match plugin.questions.ask(&call, stream, now) {
        Ok(token) => {
            stream.state.replace(State::Asking(Box::new(Pending { head, asked, token })));
            Action::Pause
        }
        Err(error) => tell(plugin, stream, head, asked, Err(error), when),
    }
}

/// Let a request go on from the answer to its question. Others may follow: two for each limit of its route at most.
pub(crate) fn tell(
    plugin: &Plugin,
    stream: &Rc<Shared>,
    head: Head,
    asked: Asked,
    called: Called<'_>,
    when: When,
) -> Action {
    let Ok(now) = abi::now() else { return unavailable(plugin, stream, &head, "clock_unreadable") };
    let next = match &plugin.pipeline {
        Some(pipeline) => plugin.timed(now, |watch| {
            let env = env(now, &stream.connection, &plugin.metrics);
            pipeline.told(asked, called, &head, &env, watch)
        }),
        None => plugin.refuse(&head, Cause::NotConfigured, "not_configured"),
    };
    step(plugin, stream, head, next, when)
}

fn ask_aside(plugin: &Plugin, asides: Vec<Aside>) {
    if asides.is_empty() {
        return;
    }
    let Ok(now) = abi::now() else { return };
    for aside in asides {
        plugin.questions.ask_aside(aside, &background_env(now, &plugin.metrics));
    }
}

/// Give the request what it gets when it may not wait, or no longer.
pub(crate) fn end_wait(plugin: &Plugin, stream: &Rc<Shared>, when: When) -> Action {
    let State::Waiting(seat) = stream.state.replace(State::Held) else { return Action::Pause };
    let Seat { head, waiting } = *seat;
    let ended = match &plugin.pipeline {
        Some(pipeline) => pipeline.give_up(waiting.progress, &head, waiting.otherwise),
        None => plugin.refuse(&head, Cause::NotConfigured, "not_configured"),
    };
    step(plugin, stream, head, ended, when)
}

fn answer(plugin: &Plugin, stream: &Rc<Shared>, answered: Answered) -> Action {
    let Answered { stage, answer, response, at_end, asides, record } = answered;
    ask_aside(plugin, asides);
    stream.at_end.borrow_mut().extend(at_end);
    publish(plugin, &record, &record.line());
    plugin.metrics.answered(stage);
    plugin.metrics.requested(Outcome::Answered, record.text("route"));
    end(stream, &answer, &response)
}

pub(crate) fn refuse(plugin: &Plugin, stream: &Rc<Shared>, refused: Refused) -> Action {
    let Refused { refusal, at_end, asides, record } = refused;
    ask_aside(plugin, asides);
    stream.at_end.borrow_mut().extend(at_end);
    plugin.metrics.refused(&refusal);
    plugin.metrics.requested(Outcome::Refused, record.text("route"));
    let line = record.line();
    publish(plugin, &record, &line);
    abi::log(Level::Info, &line);
    let answer = Answer::new(&refusal, plugin.realm(), record.request_id());
    end(stream, &answer, &refusal.headers)
}

/// End a request here, with a local reply that also has what `edits` set.
fn end(stream: &Rc<Shared>, answer: &Answer, edits: &Edits) -> Action {
    stream.state.replace(State::Held);
    if let Err(Failed(status)) = reply(answer, edits) {
        // Held without an answer: the proxy's idle timeout ends it. Never forwarded.
        abi::log(Level::Error, &format!("watchword: answer not sent: status {status}"));
    }
    Action::Pause
}

fn reply(answer: &Answer, edits: &Edits) -> Result<(), Failed> {
    let is_set =
        |name: &HeaderName| edits.iter().any(|edit| matches!(edit, Edit::Set(set, _) if set == name));
    let own = answer.headers.iter().filter(|(name, _)| !is_set(name));
    let own = own.map(|(name, value)| (name.as_str(), value.as_str()));
    let set = edits.iter().enumerate().filter_map(|(at, edit)| match edit {
        Edit::Set(name, _) if is_set_later(edits, at, name) => None,
        Edit::Set(name, value) | Edit::Append(name, value) => Some((name.as_str(), value.as_str())),
        Edit::Remove(_) => None,
    });
    let headers: Vec<_> = own.chain(set).collect();
    abi::reply(answer.status, answer.grpc_status, &answer.details, &headers, &answer.body)
}

/// Whether a later change replaces what the one at `at` sets.
fn is_set_later(edits: &Edits, at: usize, name: &HeaderName) -> bool {
    let mut later = edits.iter().skip(at.saturating_add(1));
    later.any(|edit| matches!(edit, Edit::Set(set, _) if set == name))
}

fn edit<'a>(map: Map, mut edits: impl Iterator<Item = &'a Edit>) -> Result<(), Failed> {
    edits.try_for_each(|edit| match edit {
        Edit::Remove(name) => abi::remove_header(map, name),
        Edit::Set(name, value) => abi::set_header(map, name.as_str(), value.as_str()),
        Edit::Append(name, value) => abi::add_header(map, name.as_str(), value.as_str()),
    })
}

/// For the other filters of the proxy, its access logs and its traces.
fn publish_facts(facts: &Facts) -> Result<(), Failed> {
    facts.iter().try_for_each(|fact| abi::set_property(fact.name.key(), fact.value.as_str().as_bytes()))
}

/// For access logs and traces: the record as a `line`, and members of it by themselves. That they could not be
/// published does not change what was decided.
fn publish(plugin: &Plugin, record: &Record, line: &str) {
    let tags = plugin.observe().map_or(&[][..], Observe::tags);
    let told = tags.iter().filter_map(|tag| record.text(tag.member()).map(|text| (tag.key(), text)));
    let mut told = iter::once((DECISION, line)).chain(told);
    if let Err(Failed(status)) = told.try_for_each(|(key, text)| abi::set_property(key, text.as_bytes())) {
        abi::log(Level::Warn, &format!("watchword: decision record not published: status {status}"));
    }
}

/// Count a request that is decided by how it came.
fn count_peer(plugin: &Plugin, stream: &Shared, step: &Step) {
    let record = match step {
        Step::Allow(allowed) => &allowed.record,
        Step::Answer(answered) => &answered.record,
        Step::Refuse(refused) => &refused.record,
        Step::Wait(_) | Step::Ask(_) => return,
    };
    if plugin.observe().is_some_and(Observe::peers) {
        let protection = stream.connection.protection(plugin.protection.get());
        plugin.protection.set(protection);
        plugin.metrics.peered(protection, record.text("route"));
    }
}
