//! Identity on every hop of a chain: five services, each of which calls the next and forwards nothing but
//! `traceparent`, and two users who call at the same time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::chain::{Chain, Hop, SERVICES};
use testenv::client::{Connection, Request};
use testenv::{Entry, Received, gate};

/// Clients of each user, and requests of each client: 200 requests in all, four at a time.
const CLIENTS: usize = 2;
const REQUESTS: usize = 50;

/// Headers that no service may see, in any spelling.
const NEVER: [&str; 2] = ["authorization", "txn-token"];

/// Two users who differ in everything that is told of them.
const USERS: [User; 2] = [
    User { subject: "alice", tenant: "north", level: 1 },
    User { subject: "bob", tenant: "south", level: 3 },
];

#[derive(Clone, Copy)]
struct User {
    subject: &'static str,
    tenant: &'static str,
    level: u32,
}

/// What one hop knows of one order: the request as the service has received it, and the sidecar's log entry.
struct Sighting {
    received: Received,
    entry: Entry,
}

/// Sightings by order.
type Sightings = BTreeMap<String, Sighting>;

#[test]
fn five_services_each_know_the_user_and_the_workload_before_them() {
    let chain = Chain::start("five-hops").unwrap_or_else(|error| panic!("{error}"));
    let orders = send_all(&chain);
    assert_eq!(orders.len(), USERS.len() * CLIENTS * REQUESTS);
    let hops: Vec<Sightings> = chain.hops.iter().map(sightings).collect();
    let transactions: BTreeMap<_, _> = hops[0]
        .iter()
        .map(|(order, seen)| (order.as_str(), one(&seen.received, "x-watchword-txn")))
        .collect();

    let good = SERVICES.iter().zip(&chain.hops).zip(&hops).filter(|((name, hop), seen)| {
        let complaints = orders.iter().filter_map(|(order, user)| {
            let judged = match (seen.get(order), transactions.get(order.as_str())) {
                (Some(sighting), Some(Ok(transaction))) => judge(sighting, hop, *user, transaction),
                (None, _) => Err("did not arrive, or is not in the access log".to_owned()),
                (_, transaction) => Err(format!("no transaction at the first hop: {transaction:?}")),
            };
            judged.err().map(|complaint| format!("{name}: {order}: {complaint}"))
        });
        let complaints: Vec<_> = complaints.collect();
        complaints.iter().take(3).for_each(|complaint| println!("{complaint}"));
        complaints.is_empty() && hop.service.received().len() == orders.len()
    });
    let good = good.count();
    assert!(gate::line("identity.five_hops", good, SERVICES.len(), good == SERVICES.len()));
    no_transaction_of_two_users(&orders, &transactions);
    for hop in &chain.hops {
        assert_eq!(hop.sidecar.stat("vm_reload").unwrap(), 0, "a VM has trapped");
    }
}

/// All users at the same time. Gives the orders they asked for.
fn send_all(chain: &Chain) -> Vec<(String, User)> {
    let clients = USERS.into_iter().flat_map(|user| (0..CLIENTS).map(move |client| (user, client)));
    thread::scope(|scope| {
        let running: Vec<_> =
            clients.map(|(user, client)| scope.spawn(move || send(chain, user, client))).collect();
        running.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

fn send(chain: &Chain, user: User, client: usize) -> Vec<(String, User)> {
    let User { subject, tenant, level } = user;
    let token = chain.token(subject, tenant, level).unwrap();
    let mut connection = Connection::plain(chain.address).unwrap();
    let orders = (0..REQUESTS).map(|request| format!("{subject}-{client}-{request}"));
    let sent = orders.map(|order| {
        let answer = connection.exchange(&Request::get(format!("/orders/{order}")).bearer(&token)).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        reaches_the_last(answer.json(), &order);
        (order, user)
    });
    sent.collect()
}

/// Each service passes on what the next has said.
fn reaches_the_last(mut answer: Value, order: &str) {
    for next in &SERVICES[1..] {
        assert_eq!(answer[next]["status"], 200, "{order}: {next}: {answer}");
        answer = answer[next]["body"].take();
    }
    assert_eq!(answer["path"], format!("/orders/{order}"));
}

fn sightings(hop: &Hop) -> Sightings {
    let received = hop.service.received();
    let log = hop.sidecar.access_log();
    // A sidecar notes what comes in and, but for the last one, what goes out.
    let is_last = Some(hop.service.name()) == SERVICES.last().copied();
    let lines = received.len() * if is_last { 1 } else { 2 };
    log.wait_for_nth(lines.saturating_sub(1));
    let inbound = log.entries().into_iter().filter(|entry| entry.upstream.as_deref() == Some("app"));
    let mut by_trace: HashMap<String, Entry> =
        inbound.filter_map(|entry| Some((entry.trace_id()?.to_owned(), entry))).collect();
    let seen = received.into_iter().filter_map(|received| {
        let order = received.path.strip_prefix("/orders/")?.to_owned();
        let entry = by_trace.remove(&trace(&received)?)?;
        Some((order, Sighting { received, entry }))
    });
    seen.collect()
}

fn trace(received: &Received) -> Option<String> {
    let value = one(received, "traceparent").ok()?;
    value.split('-').nth(1).map(str::to_owned)
}

/// What is not as it must be at one hop, for one order.
fn judge(seen: &Sighting, hop: &Hop, user: User, transaction: &str) -> Result<(), String> {
    let Sighting { received, entry } = seen;
    for name in NEVER {
        same(name, values(received, name), Vec::new())?;
    }
    same("subject", one(received, "x-watchword-subject")?.as_str(), user.subject)?;
    same("caller", one(received, "x-watchword-caller")?.as_str(), &hop.caller)?;
    same("transaction", one(received, "x-watchword-txn")?.as_str(), transaction)?;
    same("claims", claims(&one(received, "x-watchword-claims")?), told(user))?;
    let decision = entry.decision();
    same("decision", decision["decision"].as_str(), Some("allow"))?;
    same("provider in the log", decision["provider"].as_str(), Some("internal"))?;
    same("caller in the log", decision["caller"].as_str(), Some(hop.caller.as_str()))?;
    same("transaction in the log", decision["txn"].as_str(), Some(transaction))
}

/// What a service must be told of a user beside the name.
fn told(user: User) -> Value {
    json!({
        "sub": user.subject,
        "scope": "orders:read orders:write",
        "tctx": {
            "iss": "https://issuer.test", "tenant": user.tenant, "level": user.level, "roles": ["reader"],
        },
    })
}

fn claims(header: &str) -> Value {
    let decoded = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    serde_json::from_slice(&decoded).unwrap_or_default()
}

/// The edge may use one token for several requests of a user, never for two users.
fn no_transaction_of_two_users(
    orders: &[(String, User)],
    transactions: &BTreeMap<&str, Result<String, String>>,
) {
    let of = |user: &User| -> BTreeSet<_> {
        let own = orders.iter().filter(|(_, candidate)| candidate.subject == user.subject);
        own.map(|(order, _)| transactions[order.as_str()].clone().unwrap()).collect()
    };
    let [alice, bob] = USERS.each_ref().map(of);
    assert!(!alice.is_empty() && alice.is_disjoint(&bob), "{alice:?} {bob:?}");
}

/// The values of a field, with `_` taken for `-`, as some frameworks do.
fn values(received: &Received, name: &str) -> Vec<String> {
    let folded = |field: &str| field.to_ascii_lowercase().replace('_', "-");
    let found = received.headers.iter().filter(|(field, _)| folded(field) == name);
    found.map(|(_, value)| value.clone()).collect()
}

fn one(received: &Received, name: &str) -> Result<String, String> {
    match values(received, name).as_slice() {
        [value] => Ok(value.clone()),
        other => Err(format!("{name}: {other:?}")),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, want: T) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what}: {got:?}, not {want:?}")) }
}
