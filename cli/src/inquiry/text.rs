//! A report for people.

use std::fmt::Write;

use super::change::Change;
use super::report::{Caller, Client, Report, RouteSeen, Run, Step, Verdict};
use crate::date;
use crate::plain::plain;

/// The width of the first column: the longest word in it and a space.
const COLUMN: usize = 12;

/// The report as lines, without anything that a terminal would obey.
pub(super) fn of(report: &Report) -> String {
    let mut lines = Lines::default();
    lines.add("request", &report.request);
    if let Some(route) = &report.route {
        lines.add("route", &route_text(route));
    }
    report.steps.iter().for_each(|step| lines.add(step.by, &step_text(step)));
    if let Some(caller) = &report.caller {
        lines.add("caller", &caller_text(caller));
    }
    if let Some(workload) = &report.workload {
        lines.add("workload", workload);
    }
    lines.add("verdict", &verdict_text(report));
    report.request_changes.iter().for_each(|change| lines.add("to service", &change_text(change)));
    client_lines(&report.client, &mut lines);
    lines.add("record", &report.record.to_string());
    if let Some(run) = &report.run {
        run_lines(run, &mut lines);
    }
    report.notes.iter().for_each(|note| lines.add("note", note));
    lines.0
}

#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, text: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{name:COLUMN$}{}", plain(text));
    }
}

fn route_text(route: &RouteSeen) -> String {
    let parameters = route.parameters.iter().map(|(name, value)| format!(", {name} = {value:?}"));
    let limits = match route.limits.as_slice() {
        [] => String::new(),
        limits => format!(", limits: {}", limits.join(", ")),
    };
    format!("{}{}{limits}", route.name, parameters.collect::<String>())
}

fn step_text(step: &Step) -> String {
    let says = match step.verdict {
        "pass" => "passes",
        "forward" => "forwards",
        "wait" => "waits",
        "ask" => "asks",
        "answer" => "answers",
        _ => "REFUSES",
    };
    let reason = step.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let evidence = match step.evidence.as_slice() {
        [] => String::new(),
        evidence => format!(" ({})", evidence.join(", ")),
    };
    format!("{} {says}{reason}{evidence}{}", step.at, left(step))
}

/// What the limits of this step have left, as the client is told.
fn left(step: &Step) -> String {
    let told = step.response_changes.iter().filter(|change| change.name == "ratelimit");
    told.filter_map(|change| Some(format!(", left: {}", change.value.as_ref()?))).collect()
}

fn caller_text(caller: &Caller) -> String {
    let kind = caller.kind.as_str().unwrap_or_default();
    let scopes = match caller.scopes.as_slice() {
        [] => String::new(),
        scopes => format!(", scopes {}", scopes.join(" ")),
    };
    let claims = caller.claims.iter().map(|(name, value)| format!(", {name} = {value}"));
    let until = date::show(contract::UnixTime::from_seconds(caller.expires));
    format!(
        "{} by {} ({kind} of {}), until {until}{scopes}{}",
        caller.subject,
        caller.provider,
        caller.issuer,
        claims.collect::<String>(),
    )
}

fn verdict_text(report: &Report) -> String {
    let word = match report.verdict {
        Verdict::Allow => "allowed",
        Verdict::Answer => "answered",
        Verdict::Refuse => "REFUSED",
        Verdict::Undecided => "UNDECIDED",
    };
    let by = report.stage.as_ref().map(|stage| format!(" by {stage}")).unwrap_or_default();
    let reason = report.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let evidence = match report.evidence.as_slice() {
        [] => String::new(),
        evidence => format!(" ({})", evidence.join(", ")),
    };
    format!("{word}{by}{reason}{evidence}")
}

fn change_text(change: &Change) -> String {
    let value = change.value.as_ref().map(|value| format!(": {value}")).unwrap_or_default();
    format!("{} {}{value}", change.change, change.name)
}

fn client_lines(client: &Client, lines: &mut Lines) {
    let grpc = client.grpc_status.map(|status| format!(", gRPC status {status}")).unwrap_or_default();
    match client.status {
        Some(status) => lines.add("client", &format!("{status}{grpc}")),
        None => lines.add("client", "the answer of the service"),
    }
    client.headers.iter().for_each(|(name, value)| lines.add("", &format!("{name}: {value}")));
    if let Some(body) = &client.body {
        lines.add("", body);
    }
    if let Some(details) = &client.details {
        lines.add("access log", details);
    }
}

fn run_lines(run: &Run, lines: &mut Lines) {
    lines.add("ran", &format!("{} instructions", run.instructions));
    run.log.iter().for_each(|line| lines.add("log", line));
    run.metrics.iter().for_each(|(name, value)| lines.add("metric", &format!("{name} = {value}")));
}
