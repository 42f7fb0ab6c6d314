//! A client outside chooses trace ids.

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Field, Shop, parent};

/// The trace that clients choose.
pub const CHOSEN: &str = "0af7651916cd43dd8448eb211c80319c";

/// The same in formats that the trust domain does not use.
const OTHER_FORMATS: [Field<'_>; 5] = [
    ("b3", "0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-1"),
    ("X-B3-TraceId", "0af7651916cd43dd8448eb211c80319c"),
    ("x_b3_traceid", "0af7651916cd43dd8448eb211c80319c"),
    ("uber-trace-id", "0af7651916cd43dd8448eb211c80319c:1:0:1"),
    ("ot-tracer-traceid", "8448eb211c80319c"),
];

/// All of them.
pub fn run(report: &Report, shop: &Shop) {
    report.case("no attack: each call carries the user of its request", || controls(shop));
    report.case("two clients choose one traceparent at once", || one_id_for_two(shop));
    report.case("a client chooses ids in other formats", || other_formats(shop));
    report.case("a client sends two traceparents", || two_parents(shop));
}

/// Each call carries the user of its request, whichever worker it comes to.
pub fn controls(shop: &Shop) -> Checked {
    let [alice, bob] = [shop.enter("alice", &[])?, shop.enter("bob", &[])?];
    // Each call is a connection of its own, which either of the two workers may get.
    for _ in 0..16 {
        same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
        same("bob's call", shop.call(&bob.trace())?, Carried::User("bob".into()))?;
    }
    alice.end()?;
    bob.end()
}

/// Two users who send one trace are two traces inside.
pub fn one_id_for_two(shop: &Shop) -> Checked {
    let theirs = parent(CHOSEN);
    let chosen = [("traceparent", theirs.as_str())];
    let [alice, mallory] = [shop.enter("alice", &chosen)?, shop.enter("mallory", &chosen)?];
    for open in [&alice, &mallory] {
        let parents = open.received.header("traceparent");
        let [ours] = parents.as_slice() else {
            return Err(format!("the application has {parents:?}").into());
        };
        ensure(!ours.contains(CHOSEN), || "the application has the client's id".to_owned())?;
    }
    ensure(alice.trace() != mallory.trace(), || "two requests have one trace".to_owned())?;
    same("a call under the chosen id", shop.call(&chosen)?, Carried::Nothing)?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    alice.end()?;
    mallory.end()
}

fn other_formats(shop: &Shop) -> Checked {
    let mallory = shop.enter("mallory", &OTHER_FORMATS)?;
    let names = mallory.received.names();
    for (name, _) in OTHER_FORMATS {
        ensure(!names.iter().any(|got| got.eq_ignore_ascii_case(name)), || {
            format!("{name} has come through")
        })?;
    }
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    mallory.end()
}

fn two_parents(shop: &Shop) -> Checked {
    let theirs = [parent(CHOSEN), parent("0af7651916cd43dd8448eb211c80319d")];
    let mallory = shop.enter("mallory", &[("traceparent", &theirs[0]), ("Traceparent", &theirs[1])])?;
    same("traceparents", mallory.received.header("traceparent").len(), 1)?;
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    mallory.end()
}
