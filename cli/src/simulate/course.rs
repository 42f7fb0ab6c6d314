//! The course of one request through a module.

use std::collections::BTreeMap;

use serde_json::Value;
use wasmhost::{Headers, Outcome, Reply, Request, StreamId};

use super::machine::{Machine, trapped};
use crate::failure::Failure;
use crate::inquiry::{Change, Client, Report, Run, Sent, TLS_VERSION, Verdict, masked};

/// Ticks for which a request may wait: a minute of the quick ones, and no wait can be configured to be longer.
const MAX_TICKS: usize = 12_000;

/// Bytes of a body that are shown to the module at once.
const PIECE: usize = 64 * 1024;

/// Bytes of a body that are made up at most.
const MAX_BODY_BYTES: u64 = 64 * 1024 * 1024;

/// The name of the decision record in the filter state.
const DECISION: &str = "watchword.decision";

/// Give `sent` to the module.
pub(super) fn of(machine: &mut Machine<'_>, sent: &Sent) -> Result<Report, Failure> {
    machine.proxy.set_time(sent.at.nanos());
    machine.work()?;
    // Work beside the requests takes no time of theirs.
    machine.proxy.set_time(sent.at.nanos());
    let (log, metrics) = (machine.proxy.log().len(), machine.proxy.metrics());
    let stream = machine.vm.open(request(machine, sent)).map_err(trapped)?;
    machine.vm.request_headers(stream, sent.body_bytes.is_none()).map_err(trapped)?;
    let instructions = machine.vm.instructions();
    wait(machine, stream)?;
    send_body(machine, stream, sent.body_bytes)?;
    let outcome = answer(machine, stream)?;
    let record = record(machine, stream);
    let response = machine.vm.response(stream);
    machine.vm.close(stream).map_err(trapped)?;
    let lines = machine.proxy.log().into_iter().skip(log).map(|line| line.text);
    let run =
        Run { instructions, log: lines.collect(), metrics: changed(&metrics, machine.proxy.metrics()) };
    Ok(report(sent, &outcome, &response, record, machine.notes(), run))
}

/// Let time pass for a request that waits.
fn wait(machine: &mut Machine<'_>, stream: StreamId) -> Result<(), Failure> {
    for _ in 0..MAX_TICKS {
        if machine.vm.outcome(stream) != Outcome::Paused {
            break;
        }
        if !machine.answer()? {
            machine.tick()?;
        }
    }
    Ok(())
}

/// The body follows, as long as nobody has answered.
fn send_body(machine: &mut Machine<'_>, stream: StreamId, bytes: Option<u64>) -> Result<(), Failure> {
    let Some(bytes) = bytes else { return Ok(()) };
    if bytes > MAX_BODY_BYTES {
        return Err(Failure::Usage(format!("a body of at most {MAX_BODY_BYTES} bytes is made up here")));
    }
    let mut left = usize::try_from(bytes).unwrap_or_default();
    loop {
        let piece = vec![b' '; left.min(PIECE)];
        left = left.saturating_sub(piece.len());
        if machine.vm.outcome(stream).reply().is_some() {
            return Ok(());
        }
        machine.vm.request_body(stream, &piece, left == 0).map_err(trapped)?;
        if left == 0 {
            return Ok(());
        }
    }
}

/// The response comes by the module: its own, or that of a service which says nothing but 200.
fn answer(machine: &mut Machine<'_>, stream: StreamId) -> Result<Outcome, Failure> {
    let headers = match machine.vm.outcome(stream) {
        Outcome::Replied(Reply { headers, .. }) => headers,
        Outcome::Forwarded { .. } => [(":status", "200")].into_iter().collect(),
        Outcome::Paused => return Ok(Outcome::Paused),
    };
    machine.vm.response_headers(stream, headers, true).map_err(trapped)?;
    Ok(machine.vm.outcome(stream))
}

fn request(machine: &Machine<'_>, sent: &Sent) -> Request {
    let mut request = Request::new(sent.all_fields());
    if let Some(address) = sent.client_address {
        request =
            request.property(&["source", "address"], std::net::SocketAddr::from((address, 0)).to_string());
    }
    if let Some(peer) = &sent.peer {
        request = request
            .property(&["connection", "peer_certificate"], peer.certificate_pem.clone())
            .property(&["connection", "peer_certificate_valid"], [1])
            .property(&["connection", "tls_version"], TLS_VERSION);
    }
    match &machine.inquiry.handed_on {
        Some(bytes) => request.property(&["filter_state", "wasm.watchword.identity"], bytes.clone()),
        None => request,
    }
}

fn record(machine: &Machine<'_>, stream: StreamId) -> Value {
    let bytes = machine.vm.filter_state(stream, DECISION).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

fn report(
    sent: &Sent,
    outcome: &Outcome,
    response: &Headers,
    record: Value,
    notes: Vec<String>,
    run: Run,
) -> Report {
    let text = |member: &str| record.get(member).and_then(Value::as_str).map(str::to_owned);
    let evidence = record.get("evidence").and_then(Value::as_array).into_iter().flatten();
    let evidence = evidence.filter_map(Value::as_str).map(str::to_owned).collect();
    let (verdict, client, request_changes) = match outcome {
        Outcome::Forwarded { headers } => (Verdict::Allow, service(response), changes(sent, headers)),
        Outcome::Replied(reply) => (replied(&record), local(reply, sent), Vec::new()),
        Outcome::Paused => (Verdict::Undecided, Client::default(), Vec::new()),
    };
    Report {
        request: sent.line(),
        verdict,
        stage: text("stage"),
        reason: text("reason"),
        evidence,
        route: None,
        caller: None,
        workload: None,
        steps: Vec::new(),
        request_changes,
        response_changes: Vec::new(),
        client,
        notes,
        run: Some(run),
        record,
    }
}

/// A stage may have answered without refusing.
fn replied(record: &Value) -> Verdict {
    match record.get("decision").and_then(Value::as_str) {
        Some("answer") => Verdict::Answer,
        Some(_) | None => Verdict::Refuse,
    }
}

fn local(reply: &Reply, sent: &Sent) -> Client {
    let body = String::from_utf8_lossy(&reply.body).into_owned();
    Client {
        status: Some(reply.status),
        grpc_status: (reply.grpc_status >= 0).then(|| reply.grpc_status.into()),
        details: Some(reply.details.clone()),
        headers: shown(&reply.headers),
        body: (!sent.is_head()).then_some(body),
    }
}

fn service(response: &Headers) -> Client {
    let added = shown(response).into_iter().filter(|(name, _)| name != ":status");
    Client { headers: added.collect(), ..Client::default() }
}

/// How the fields that go on differ from those that came.
fn changes(sent: &Sent, headers: &Headers) -> Vec<Change> {
    let (before, after) =
        (by_name(&texts(&sent.all_fields().into_iter().collect())), by_name(&texts(headers)));
    let removed = before.keys().filter(|name| !after.contains_key(*name));
    let removed = removed.map(|name| Change { change: "remove", name: name.clone(), value: None });
    let set = after.iter().filter(|(name, values)| before.get(*name) != Some(values));
    let set = set.map(|(name, values)| Change::with("set", name, &values.join(", ")));
    removed.chain(set).collect()
}

fn by_name(fields: &[(String, String)]) -> BTreeMap<String, Vec<String>> {
    let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in fields {
        named.entry(name.clone()).or_default().push(masked(value));
    }
    named
}

fn shown(headers: &Headers) -> Vec<(String, String)> {
    texts(headers).into_iter().map(|(name, value)| (name, masked(&value))).collect()
}

fn texts(headers: &Headers) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    headers.iter().map(|(name, value)| (text(name), text(value))).collect()
}

/// What has changed.
fn changed(before: &BTreeMap<String, u64>, after: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
    after.into_iter().filter(|(name, value)| before.get(name).unwrap_or(&0) != value).collect()
}
