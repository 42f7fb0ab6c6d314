//! The application calls in ways that it should not, or somebody makes it do so.

use std::thread;
use std::time::Duration;

use crate::report::{Checked, Report, ensure, same};
use crate::shop::{Carried, Shop};

/// Within the grace of two seconds, and beyond it.
const WITHIN_GRACE: Duration = Duration::from_millis(500);
const BEYOND_GRACE: Duration = Duration::from_millis(2500);

/// All of them.
pub fn run(report: &Report, shop: &Shop) {
    report.case("a call within the grace carries the user", || within_grace(shop));
    report.case("a call beyond the grace", || beyond_grace(shop));
    report.case("a call without a trace", || untraced(shop));
    report.case("calls with traces that are none", || bad_traces(shop));
    report.case("a call under a trace that nobody has", || unknown_trace(shop));
    report.case("a call elsewhere that says it is for payments", || elsewhere(shop));
    report.case("a call with a token of its own", || own_token(shop));
    report.case("a call with an identity of its own", || own_identity(shop));
}

fn within_grace(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    let parent = open.received.header("traceparent").concat();
    open.end()?;
    thread::sleep(WITHIN_GRACE);
    same("the call", shop.call(&[("traceparent", &parent)])?, Carried::User("alice".into()))
}

fn beyond_grace(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    let parent = open.received.header("traceparent").concat();
    open.end()?;
    thread::sleep(BEYOND_GRACE);
    same("the call", shop.call(&[("traceparent", &parent)])?, Carried::Nothing)
}

fn untraced(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    same("the call", shop.call(&[])?, Carried::Nothing)?;
    open.end()
}

fn bad_traces(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    let good = open.received.header("traceparent").concat();
    let (upper, longer) = (good.to_uppercase(), format!("{good}-1"));
    for fields in [
        &[("traceparent", upper.as_str())][..],
        &[("traceparent", &longer)],
        &[("traceparent", &good), ("traceparent", &good)],
        &[("traceparent", &good), ("Traceparent", "00-1")],
        &[("x-traceparent", &good)],
    ] {
        same(&format!("{fields:?}"), shop.call(fields)?, Carried::Nothing)?;
    }
    same("the good one", shop.call(&open.trace())?, Carried::User("alice".into()))?;
    open.end()
}

fn unknown_trace(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    same("the call", shop.call(&[("traceparent", &shop.chosen())])?, Carried::Nothing)?;
    open.end()
}

fn elsewhere(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    let fields =
        [open.trace(), vec![("host", "payments"), ("x-envoy-original-dst-host", "payments")]].concat();
    let received = shop.call_elsewhere("elsewhere", &fields)?;
    same("its tokens", received.header("txn-token").len(), 0)?;
    let listed = shop.call_elsewhere("capture", &open.trace())?;
    same("tokens where they belong", listed.header("txn-token").len(), 1)?;
    open.end()
}

fn own_token(shop: &Shop) -> Checked {
    let mallorys = shop.internal_token("mallory")?;
    let open = shop.enter("alice", &[])?;
    for name in ["txn-token", "Txn_Token", "TXN-TOKEN"] {
        let fields = [open.trace(), vec![(name, mallorys.as_str())]].concat();
        same(name, shop.call(&fields)?, Carried::Nothing)?;
        let received = shop.call_elsewhere("elsewhere", &fields)?;
        ensure(received.header(name).is_empty(), || format!("{name} got out"))?;
    }
    open.end()
}

fn own_identity(shop: &Shop) -> Checked {
    let open = shop.enter("alice", &[])?;
    for name in ["x-watchword-subject", "X_Watchword_Subject", "x-watchword-later"] {
        let fields = [open.trace(), vec![(name, "admin")]].concat();
        same(name, shop.call(&fields)?, Carried::Nothing)?;
        let received = shop.call_elsewhere("elsewhere", &fields)?;
        ensure(received.header(name).is_empty(), || format!("{name} got out"))?;
    }
    open.end()
}
