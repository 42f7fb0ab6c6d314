//! Verdicts performed: the only file that edits, answers, or lets a request go on.

use std::rc::Rc;

use contract::{Answer, Cause, Edit, Edits, Facts, Head, Refusal};
use pipeline::{Allowed, Record, Refused, Step, Waiting};
use proxy_wasm::types::Action;

use crate::abi::{self, Failed, Level, Map};
use crate::plugin::{Plugin, RETRY};
use crate::stream::{Shared, State};
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
    match step {
        Step::Allow(allowed) => allow(plugin, stream, &head, *allowed, when),
        Step::Wait(waiting) => wait(plugin, stream, head, *waiting, when),
        Step::Refuse(refused) => refuse(plugin, stream, *refused),
    }
}

/// Change the response. What cannot be removed on the way out is not worth a broken response: the fields
/// concerned are ours to set at the next hop and mean nothing to a client.
pub(crate) fn edit_response(edits: &Edits) {
    if edits.is_empty() {
        return;
    }
    // Most removals find nothing: to read all names at once is cheaper than to ask the proxy for each.
    let present = abi::headers(Map::Response).ok().and_then(Result::ok);
    let is_needed = |edit: &&Edit| match (edit, &present) {
        (Edit::Remove(name), Some(head)) => {
            head.fields().any(|(field, _)| field.eq_ignore_ascii_case(name))
        }
        (Edit::Remove(_), None) | (Edit::Set(..), _) => true,
    };
    if let Err(Failed(status)) = edit(Map::Response, edits.iter().filter(is_needed)) {
        abi::log(Level::Warn, &format!("watchword: response headers not edited: status {status}"));
    }
}

/// Clean the trailers of a request. Whether that was done: what a service reads there it may take for a
/// header of ours.
pub(crate) fn clean_trailers(plugin: &Plugin) -> bool {
    let Some(pipeline) = &plugin.pipeline else { return false };
    let cleaned = match abi::headers(Map::RequestTrailers) {
        Ok(Ok(trailers)) => edit(Map::RequestTrailers, pipeline.clean_trailers(&trailers).iter()).is_ok(),
        Ok(Err(_)) | Err(Failed(_)) => false,
    };
    if !cleaned {
        abi::log(Level::Error, "watchword: trailers not cleaned: the request is held");
    }
    cleaned
}

fn allow(plugin: &Plugin, stream: &Rc<Shared>, head: &Head, allowed: Allowed, when: When) -> Action {
    let Allowed { request, response, handoff, facts, at_end, record } = allowed;
    stream.at_end.borrow_mut().extend(at_end);
    // A client's header that was not removed, or an identity that was not handed on, is no allow. Nor is a
    // fact that was not told: another filter's rule may refuse by it.
    let edited = edit(Map::Request, request.iter())
        .and_then(|()| plugin.hand_on(&handoff))
        .and_then(|()| tell(&facts));
    if edited.is_err() {
        let cause = Cause::Unavailable { retry_after: RETRY };
        return match plugin.refuse(head, cause, "edits_failed") {
            Step::Refuse(refused) => refuse(plugin, stream, *refused),
            Step::Allow(_) | Step::Wait(_) => Action::Pause,
        };
    }
    publish(&record.line());
    plugin.metrics.allowed();
    stream.state.replace(State::Passed(response));
    match when {
        When::InHeaders => Action::Continue,
        When::Later => go_on(),
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

fn refuse(plugin: &Plugin, stream: &Rc<Shared>, refused: Refused) -> Action {
    let Refused { refusal, at_end, record } = refused;
    stream.at_end.borrow_mut().extend(at_end);
    stream.state.replace(State::Held);
    plugin.metrics.refused(&refusal);
    let line = record.line();
    publish(&line);
    abi::log(Level::Info, &line);
    if let Err(Failed(status)) = reply(&refusal, plugin.realm(), &record) {
        // Held without an answer: the proxy's idle timeout ends it. Never forwarded.
        abi::log(Level::Error, &format!("watchword: refusal not sent: status {status}"));
    }
    Action::Pause
}

fn reply(refusal: &Refusal, realm: &str, record: &Record) -> Result<(), Failed> {
    let answer = Answer::new(refusal, realm, record.request_id());
    let mut headers: Vec<(&str, &str)> =
        answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for edit in refusal.headers.iter() {
        if let Edit::Set(name, value) = edit {
            headers.push((name.as_str(), value.as_str()));
        }
    }
    abi::reply(answer.status, answer.grpc_status, &answer.details, &headers, &answer.body)
}

fn edit<'a>(map: Map, mut edits: impl Iterator<Item = &'a Edit>) -> Result<(), Failed> {
    edits.try_for_each(|edit| match edit {
        Edit::Remove(name) => abi::remove_header(map, name),
        Edit::Set(name, value) => abi::set_header(map, name.as_str(), value.as_str()),
    })
}

/// For the other filters of the proxy, its access logs and its traces.
fn tell(facts: &Facts) -> Result<(), Failed> {
    facts.iter().try_for_each(|fact| abi::set_property(fact.name.key(), fact.value.as_str().as_bytes()))
}

/// For access logs. That it could not be published does not change what was decided.
fn publish(record: &str) {
    if let Err(Failed(status)) = abi::set_property(DECISION, record.as_bytes()) {
        abi::log(Level::Warn, &format!("watchword: decision record not published: status {status}"));
    }
}
