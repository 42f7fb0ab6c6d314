//! Every request of some sets, and what a proxy makes of each.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;

use testenv::client::{Connection, Request};
use testenv::issuer::Key;
use testenv::{AccessLog, Entry};

use crate::configuration::Asked;
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::proxy::Proxy;
use crate::token;

/// What is wrong with the answers to each of these plans.
pub fn faults(plans: &[&Plan], key: &Key) -> Vec<Vec<String>> {
    let proxy = Proxy::start(plans).unwrap_or_else(|error| panic!("{error}"));
    let statuses = plans.iter().zip(&proxy.addresses).map(|(plan, address)| ask(plan, *address, key));
    let statuses: Vec<_> = statuses.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}"));
    let entries = entries(proxy.access_log(), plans.iter().map(|plan| plan.asked.len()).sum());
    let judged = plans.iter().zip(statuses);
    judged.map(|(plan, statuses)| judge(plan, &statuses, &entries)).collect()
}

/// The status of each answer to a plan, on one connection.
fn ask(plan: &Plan, address: SocketAddr, key: &Key) -> io::Result<Vec<u16>> {
    let mut connection = Connection::plain(address)?;
    let requests = plan.asked.iter().map(|asked| {
        Request::get(asked.path()).bearer(&token::issue(asked, key)).header("x-request-id", id(plan, asked))
    });
    requests.map(|request| Ok(connection.exchange(&request)?.status)).collect()
}

/// The id by which a request is found in the access log.
fn id(plan: &Plan, asked: &Asked) -> String {
    format!("{}-{}", plan.name, asked.number)
}

/// All entries of the log by the ids of the requests, once there are `count`.
fn entries(log: &AccessLog, count: usize) -> HashMap<String, Entry> {
    log.wait_for_nth(count.saturating_sub(1));
    let entries = log.entries().into_iter();
    entries.map(|entry| (entry.request_id.clone().unwrap_or_default(), entry)).collect()
}

fn judge(plan: &Plan, statuses: &[u16], entries: &HashMap<String, Entry>) -> Vec<String> {
    let answers = plan.asked.iter().zip(statuses);
    answers.filter_map(|(asked, status)| fault(asked, *status, &id(plan, asked), entries)).collect()
}

fn fault(asked: &Asked, status: u16, id: &str, entries: &HashMap<String, Entry>) -> Option<String> {
    let Some(entry) = entries.get(id) else {
        return Some(format!("{id}: {status}, and nothing in the access log"));
    };
    let is_right = entry.status == status && Outcome::of_entry(entry).as_ref() == Some(&asked.want);
    (!is_right).then(|| format!("{id}: {status}, {entry:?}, not {:?}", asked.want))
}
