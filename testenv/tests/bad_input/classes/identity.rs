//! Fields by which services learn who calls, sent by a client: taken out in every spelling and counted, or refused
//! (docs/identity.md). The spoof matrix holds all spellings; here each way in stands once.

use testenv::client::Request;
use testenv::report::{Checked, Verdict, ensure};

use super::order;
use crate::exchange::exchange;
use crate::row::Ending::Refused;
use crate::row::{Row, Sent};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "identity fields";

/// What a client writes.
const FORGED: &str = "forged-by-client";

/// Names that services could take for ours.
const NAMES: [&str; 8] = [
    "x-watchword-subject",
    "X-Watchword-Subject",
    "x_watchword_subject",
    "X-WATCHWORD_Subject",
    "x-watchword-never-used-yet",
    "Txn-Token",
    "x-forwarded-client-cert",
    "client-cert",
];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let mut rows: Vec<Row> = NAMES.iter().map(|name| stripped(order(&tokens.reader), name)).collect();
    rows.push(stripped(order(&tokens.reader).header("x-watchword-subject", FORGED), "x-watchword-subject"));
    rows.push(stripped(Request::get("/healthz"), "x-watchword-subject"));
    rows.extend(nominated(tokens));
    rows
}

fn stripped(request: Request, name: &'static str) -> Row {
    let request = request.header(name, FORGED);
    Row::plays(CLASS, name, move |world, id| {
        let http1 = never_arrives(world, &Sent::Http1(request.clone()), id)?;
        let http2 = never_arrives(world, &Sent::Http2(lower(&request, name)), id)?;
        Ok(format!("{http1}, {http2}"))
    })
}

/// HTTP/2 has no capital letters.
fn lower(request: &Request, name: &str) -> Request {
    if name.chars().any(char::is_uppercase) {
        return Request::get("/healthz").header(name.to_ascii_lowercase(), FORGED);
    }
    request.clone()
}

fn never_arrives(world: &World, sent: &Sent, id: &str) -> Verdict {
    // Of the client's certificate the proxy itself takes the usual one away (`SANITIZE`), before anybody counts.
    let before = world.count("identity.hygiene.request");
    let came = exchange(world, sent, id)?;
    ensure(came.status == Some(200), || format!("{:?}", came.status))?;
    let [arrived] = world.arrived_of(id).try_into().map_err(|_| "not one arrived")?;
    let forged = arrived.fields.iter().filter(|(_, value)| value == FORGED.as_bytes()).count();
    ensure(forged == 0, || format!("arrived: {arrived:?}"))?;
    Ok(format!("{} taken out", world.count("identity.hygiene.request") - before))
}

/// `Connection` would have a later proxy remove what was written here. The proxy in front of us follows it itself and
/// takes it away (RFC 9110 §7.6.1), so that nobody behind is told to; one that does not, we refuse.
fn nominated(tokens: &Tokens) -> Vec<Row> {
    let mut rows: Vec<Row> =
        ["x-watchword-subject", "txn-token", "keep-alive, Txn-Token, X-Watchword-Subject"]
            .into_iter()
            .map(|names| follows_nobody(tokens, names))
            .collect();
    let own = Sent::Http1(order(&tokens.reader).header("connection", "authorization"));
    let may =
        [Refused(400, "identity", "connection_lists_identity"), Refused(401, "jwt", "credential_missing")];
    rows.push(Row::sends(CLASS, "Connection: authorization", own, &may));
    rows.push(Row::plays(CLASS, "what was taken out is counted", |world, id| {
        counted(world, id).map(|counted| format!("{counted} of 2"))
    }));
    rows
}

fn follows_nobody(tokens: &Tokens, names: &'static str) -> Row {
    let request = order(&tokens.reader).header("connection", names);
    Row::plays(CLASS, format!("Connection: {names}"), move |world, id| {
        let came = exchange(world, &Sent::Http1(request.clone()), id)?;
        let arrived = world.arrived_of(id);
        if came.status == Some(400) {
            return ensure(arrived.is_empty(), || format!("arrived: {arrived:?}"))
                .map(|()| "400".to_owned());
        }
        let [arrived] = arrived.try_into().map_err(|_| "not one arrived")?;
        let is_told = arrived.field("connection").is_some();
        let is_ours = arrived.field("txn-token").is_some();
        ensure(!is_told && is_ours, || format!("arrived: {arrived:?}"))?;
        Ok("ours arrives, and nobody is told to take it away".to_owned())
    })
}

fn counted(world: &World, id: &str) -> Checked<u64> {
    let before = world.count("identity.hygiene.request");
    let twice = Request::get("/healthz").header("x-watchword-subject", FORGED).header("txn-token", FORGED);
    never_arrives(world, &Sent::Http1(twice), id)?;
    let counted = world.count("identity.hygiene.request") - before;
    ensure(counted >= 2, || format!("{counted} counted of 2"))?;
    Ok(counted)
}
