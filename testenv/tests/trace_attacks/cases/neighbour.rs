//! A workload of the mesh knows a victim's trace id, and calls the sidecar itself under it. It has a
//! certificate that the sidecar takes, and may have a token of its own.

use std::thread;
use std::time::Duration;

use testenv::client::Connection;

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Field, Open, Shop, parent, request};

/// Beyond the grace of two seconds.
const BEYOND_GRACE: Duration = Duration::from_millis(2500);

/// Trace ids that a slot takes.
const WAYS: usize = 16;

/// All of them.
pub fn run(report: &Report, shop: &Shop) {
    report.case("nobody comes before the victim", || nobody_first(shop));
    report.case("nobody comes during the victim's request", || nobody_during(shop));
    report.case("nobody comes within the victim's grace", || nobody_in_grace(shop));
    report.case("nobody comes after the victim", || nobody_after(shop));
    report.case("two users, the victim first", || two_users(shop, ["alice", "mallory"]));
    report.case("two users, the attacker first", || two_users(shop, ["mallory", "alice"]));
    report.case("no attack: one user twice under one trace", || one_user_twice(shop));
    report.case("a conflict outlives the requests that made it", || conflict_stays(shop));
    report.case("malformed and duplicate traceparents reach no application", || bad_traces(shop));
    report.case("requests that are refused do not spoil a trace", || refused(shop));
    report.case("another trace in another format", || other_format(shop));
    report.case("a slot full of open requests", || full_slot(shop));
}

fn victim<'a>(shop: &'a Shop, parent: &str) -> Checked<Open<'a>> {
    intrude_as(shop, "alice", parent)
}

fn intrude_as<'a>(shop: &'a Shop, user: &str, parent: &str) -> Checked<Open<'a>> {
    let token = shop.internal_token(user)?;
    shop.intrude(&[("traceparent", parent), ("txn-token", &token)])
}

fn nobody_first(shop: &Shop) -> Checked {
    let parent = shop.chosen();
    let trace = [("traceparent", parent.as_str())];
    let nobody = shop.intrude(&trace)?;
    same("nobody's call", shop.call(&trace)?, Carried::Nothing)?;
    let alice = victim(shop, &parent)?;
    same("a call of either", shop.call(&trace)?, Carried::Nothing)?;
    nobody.end()?;
    same("alice's call", shop.call(&trace)?, Carried::Nothing)?;
    alice.end()
}

fn nobody_during(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    let conflicts = shop.count("identity.trace.conflict");
    let nobody = shop.intrude(&alice.trace())?;
    same("a call of either", shop.call(&alice.trace())?, Carried::Nothing)?;
    nobody.end()?;
    same("alice's call", shop.call(&alice.trace())?, Carried::Nothing)?;
    same("conflicts", shop.count("identity.trace.conflict"), conflicts + 1)?;
    alice.end()
}

fn nobody_in_grace(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let parent = alice.received.header("traceparent").concat();
    let trace = [("traceparent", parent.as_str())];
    alice.end()?;
    same("a late call", shop.call(&trace)?, Carried::User("alice".into()))?;
    let nobody = shop.intrude(&trace)?;
    same("nobody's call", shop.call(&trace)?, Carried::Nothing)?;
    nobody.end()
}

fn nobody_after(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let parent = alice.received.header("traceparent").concat();
    let trace = [("traceparent", parent.as_str())];
    alice.end()?;
    thread::sleep(BEYOND_GRACE);
    let nobody = shop.intrude(&trace)?;
    same("nobody's call", shop.call(&trace)?, Carried::Nothing)?;
    nobody.end()
}

fn two_users(shop: &Shop, users: [&str; 2]) -> Checked {
    let parent = shop.chosen();
    let trace = [("traceparent", parent.as_str())];
    let [one, other] = users;
    let first = intrude_as(shop, one, &parent)?;
    same("the first one's call", shop.call(&trace)?, Carried::User(one.into()))?;
    let second = intrude_as(shop, other, &parent)?;
    // Whichever worker is asked.
    for _ in 0..8 {
        same("a call of either", shop.call(&trace)?, Carried::Nothing)?;
    }
    first.end()?;
    same("the second one's call", shop.call(&trace)?, Carried::Nothing)?;
    second.end()
}

fn one_user_twice(shop: &Shop) -> Checked {
    let parent = shop.chosen();
    let token = shop.internal_token("alice")?;
    let fields = [("traceparent", parent.as_str()), ("txn-token", &token)];
    let [first, second] = [shop.intrude(&fields)?, shop.intrude(&fields)?];
    first.end()?;
    same("the call", shop.call(&[fields[0]])?, Carried::User("alice".into()))?;
    second.end()
}

fn conflict_stays(shop: &Shop) -> Checked {
    let parent = shop.chosen();
    let trace = [("traceparent", parent.as_str())];
    let (alice, nobody) = (victim(shop, &parent)?, shop.intrude(&trace)?);
    alice.end()?;
    nobody.end()?;
    thread::sleep(BEYOND_GRACE);
    let alice = victim(shop, &parent)?;
    same("alice's next call", shop.call(&trace)?, Carried::Nothing)?;
    alice.end()
}

fn bad_traces(shop: &Shop) -> Checked {
    let good = shop.chosen();
    let (longer, upper, zero) = (format!("{good}-1"), good.to_uppercase(), parent(&"0".repeat(32)));
    for (fields, reason) in [
        (&[("traceparent", longer.as_str())][..], "malformed"),
        (&[("traceparent", &upper)], "malformed"),
        (&[("traceparent", &zero)], "malformed"),
        (&[("traceparent", "")], "malformed"),
        (&[("traceparent", &good), ("traceparent", &good)], "duplicated"),
        (&[("traceparent", &good), ("TraceParent", &longer)], "duplicated"),
    ] {
        let details = format!("watchword_identity_traceparent_{reason}");
        refuses(shop, shop.as_edge()?, fields, 400, &details)?;
    }
    Ok(())
}

fn refuses(
    shop: &Shop,
    mut connection: Connection,
    fields: &[Field<'_>],
    status: u16,
    details: &str,
) -> Checked {
    let target = format!("/healthz?refused={}", shop.fresh());
    let answer = connection.exchange(&request(&target, fields))?;
    same(&format!("the answer to {fields:?}"), answer.status, status)?;
    let id = answer.request_id().ok_or("no request id")?;
    let entry = shop.mesh.reach.logs[1].by_request_id(id);
    same("the reason", entry.and_then(|entry| entry.details).unwrap_or_default().as_str(), details)?;
    ensure(!shop.app.has_received(&target), || "it has reached the application".to_owned())
}

/// Nothing that is refused makes calls, so nothing that is refused may count.
fn refused(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let stranger =
        Connection::tls(shop.mesh.reach.orders, &shop.mesh.reach.certificates, Some("stranger"))?;
    refuses(shop, stranger, &alice.trace(), 403, "watchword_identity_caller_not_listed")?;
    let without_token = request("/orders/1", &alice.trace());
    same("without a token", shop.as_edge()?.exchange(&without_token)?.status, 401)?;
    let fields = [alice.trace(), vec![("txn-token", "e30.e30.e30")]].concat();
    same("with a bad one", shop.as_edge()?.exchange(&request("/orders/1", &fields))?.status, 401)?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    alice.end()
}

/// A library of the application that reads another format must not be led to the victim's trace.
fn other_format(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let parent = alice.received.header("traceparent").concat();
    let id = parent.split('-').nth(1).unwrap_or_default();
    let own = shop.chosen();
    let fields =
        [("traceparent", own.as_str()), ("x-b3-traceid", id), ("X_B3_TraceId", id), ("uber-trace-id", id)];
    let nobody = shop.intrude(&fields)?;
    let names = nobody.received.names();
    for (name, _) in &fields[1..] {
        ensure(!names.iter().any(|got| got.eq_ignore_ascii_case(name)), || {
            format!("{name} has come through")
        })?;
    }
    same("nobody's call", shop.call(&nobody.trace())?, Carried::Nothing)?;
    nobody.end()?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    alice.end()
}

/// A slot that is full refuses, rather than to forget somebody for whom two identities could be mixed up.
fn full_slot(shop: &Shop) -> Checked {
    // Before the slot is full: the edge may choose a trace in any slot.
    let token = shop.internal_token("alice")?;
    let ids = (1..=WAYS).map(|number| parent(&format!("{number:030x}ee")));
    let open = ids.map(|parent| shop.intrude(&[("traceparent", &parent)])).collect::<Checked<Vec<_>>>()?;
    let one_more = parent(&format!("{:030x}ee", 99));
    let fields = [("traceparent", one_more.as_str())];
    refuses(shop, shop.as_edge()?, &fields, 503, "watchword_identity_registry_full")?;
    let elsewhere = parent(&format!("{:030x}ef", 99));
    let alice = shop.intrude(&[("traceparent", &elsewhere), ("txn-token", &token)])?;
    same("alice's call", shop.call(&[("traceparent", &elsewhere)])?, Carried::User("alice".into()))?;
    alice.end()?;
    for request in open {
        request.end()?;
    }
    shop.intrude(&fields)?.end()
}
