//! A mesh that carries traces in B3, and tokens that do not live long.

use std::io;
use std::thread;
use std::time::Duration;

use testenv::{Options, Side};

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Field, Shop, request};

/// What the mint is told here, and how long until such a token has ended wherever clocks stand.
const LIFETIME_SECONDS: u64 = 3;
const AFTER_LIFETIME: Duration = Duration::from_secs(4);

const SPAN: Field<'_> = ("x-b3-spanid", "00f067aa0ba902b7");

/// Both.
pub fn run(report: &Report) -> io::Result<()> {
    let shop = Shop::open(b3())?;
    report.case("B3, no attack: calls in either form carry the user", || b3_controls(&shop));
    report.case("B3: two clients choose one id at once", || b3_clients(&shop));
    report.case("B3: nobody comes under the short form of the victim's id", || b3_short(&shop));
    report.case("B3: headers that contradict each other reach no application", || b3_bad(&shop));
    report.case("B3: another trace in traceparent", || b3_other_format(&shop));
    report.case("the shop with B3 is unharmed", || shop.is_unharmed());
    drop(shop);
    let shop = Shop::open(short_lived())?;
    report.case("a token that expires while its request is open", || expires(&shop));
    Ok(())
}

fn b3() -> Options {
    let sections = [(Side::Edge, "clients"), (Side::Orders, "inbound"), (Side::Orders, "outbound")];
    sections.into_iter().fold(Options::new("trace-attacks-b3"), |options, (side, listener)| {
        options.change(side, move |bootstrap| {
            bootstrap.configuration(listener)?["identity"]["trace"] = "b3".into();
            Ok(())
        })
    })
}

fn short_lived() -> Options {
    Options::new("trace-attacks-expiry").change(Side::Edge, |bootstrap| {
        bootstrap.configuration("clients")?["identity"]["mint"]["lifetime_seconds"] =
            LIFETIME_SECONDS.into();
        Ok(())
    })
}

fn b3_controls(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let id = alice.received.header("x-b3-traceid").concat();
    same("digits of the id", id.len(), 32)?;
    same("the call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    let single = format!("{id}-00f067aa0ba902b7-1");
    same("in one header", shop.call(&[("b3", &single)])?, Carried::User("alice".into()))?;
    let parent = crate::shop::parent(&id);
    same("in traceparent", shop.call(&[("traceparent", &parent)])?, Carried::Nothing)?;
    alice.end()
}

fn b3_clients(shop: &Shop) -> Checked {
    let id = "80f198ee56343ba864fe8b2a57d3eff7";
    let single = format!("{id}-00f067aa0ba902b7-1");
    let parent = crate::shop::parent(id);
    let chosen = [
        ("b3", single.as_str()),
        ("X-B3-TraceId", id),
        SPAN,
        ("x_b3_traceid", id),
        ("traceparent", &parent),
    ];
    let [alice, mallory] = [shop.enter("alice", &chosen)?, shop.enter("mallory", &chosen)?];
    for open in [&alice, &mallory] {
        same("ids", open.received.header("x-b3-traceid").len(), 1)?;
        ensure(!open.received.header("x-b3-traceid").contains(&id), || {
            "it has the client's id".to_owned()
        })?;
        for name in ["b3", "x_b3_traceid", "traceparent"] {
            same(name, open.received.header(name).len(), 0)?;
        }
    }
    same("a call under the chosen id", shop.call(&[("b3", &single)])?, Carried::Nothing)?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    same("mallory's call", shop.call(&mallory.trace())?, Carried::User("mallory".into()))?;
    alice.end()?;
    mallory.end()
}

/// An application whose tracer has ids of 64 bits shortens the one that it was given.
fn b3_short(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let id = alice.received.header("x-b3-traceid").concat();
    let (_, short) = id.split_at(16);
    let shortened = [("x-b3-traceid", short), SPAN];
    same("alice's call", shop.call(&shortened)?, Carried::User("alice".into()))?;
    let nobody = shop.intrude(&shortened)?;
    same("a call under the short id", shop.call(&shortened)?, Carried::Nothing)?;
    same("a call under the long id", shop.call(&alice.trace())?, Carried::Nothing)?;
    nobody.end()?;
    alice.end()
}

fn b3_bad(shop: &Shop) -> Checked {
    let id = ("x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7");
    let other = ("b3", "80f198ee56343ba864fe8b2a57d3eff8-00f067aa0ba902b7");
    for (fields, reason) in [
        (&[id, SPAN, other][..], "b3_contradictory"),
        (&[id], "b3_malformed"),
        (&[id, SPAN, id], "b3_duplicated"),
    ] {
        let target = format!("/healthz?refused={}", shop.fresh());
        let answer = shop.as_edge()?.exchange(&request(&target, fields))?;
        same(reason, answer.status, 400)?;
        let entry = shop.mesh.reach.logs[1].by_request_id(answer.request_id().ok_or("no request id")?);
        let details = entry.and_then(|entry| entry.details).unwrap_or_default();
        same("the reason", details, format!("watchword_identity_{reason}"))?;
        ensure(!shop.app.has_received(&target), || "it has reached the application".to_owned())?;
    }
    Ok(())
}

fn b3_other_format(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    let parent = crate::shop::parent(&alice.received.header("x-b3-traceid").concat());
    let own = [("x-b3-traceid", "00000000000000000bad000000000001"), SPAN];
    let nobody = shop.intrude(&[&own[..], &[("traceparent", &parent), ("tracestate", "a=b")]].concat())?;
    same("traceparents", nobody.received.header("traceparent").len(), 0)?;
    same("tracestates", nobody.received.header("tracestate").len(), 0)?;
    same("nobody's call", shop.call(&own)?, Carried::Nothing)?;
    same("alice's call", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    nobody.end()?;
    alice.end()
}

fn expires(shop: &Shop) -> Checked {
    let alice = shop.enter("alice", &[])?;
    same("at first", shop.call(&alice.trace())?, Carried::User("alice".into()))?;
    thread::sleep(AFTER_LIFETIME);
    same("then", shop.call(&alice.trace())?, Carried::Nothing)?;
    alice.end()
}
