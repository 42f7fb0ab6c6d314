//! Documents that are fetched: what the module names, and what it takes from an answer.

use std::time::Duration;

use serde_json::{Value, json};
use wasmhost::{Callout, CalloutAnswer, Proxy, Vm, built};

use crate::proxy;
use crate::support::shop::{Shop, get};

/// The refresh of the shop's keys.
const INTERVAL: Duration = Duration::from_secs(10);

/// A module that does nothing else with the shop's keys than to fetch them.
fn verifier(shop: &Shop, proxy: &Proxy) -> Vm {
    let keys = &shop.configuration()["jwt"]["providers"]["cold"];
    let configuration = json!({
        "routes": [{
            "name": "cold", "match": {"methods": ["GET"], "path": "/cold"},
            "authenticate": {"any_of": ["cold"]}, "authorize": "none",
        }],
        "jwt": {"providers": {"cold": keys}},
    });
    let mut vm = shop.worker(&built::load("jwt-verify"), proxy).unwrap();
    assert!(vm.configure(configuration.to_string()).unwrap(), "{:?}", proxy.log());
    vm
}

/// The fetch that is due now.
fn fetch(vm: &mut Vm) -> Callout {
    vm.tick().unwrap();
    vm.callouts().pop().expect("a fetch is due")
}

fn named(callout: &Callout) -> Vec<String> {
    callout.headers.all("if-none-match")
}

fn tagged(shop: &Shop, tags: &[&[u8]]) -> CalloutAnswer {
    let mut answer = shop.keys();
    tags.iter().for_each(|tag| answer.headers.add("etag", *tag));
    answer
}

fn counted(proxy: &Proxy, names: &[&str]) -> Value {
    let metrics = proxy.metrics();
    names.iter().map(|name| metrics.get(*name).copied().unwrap_or_default()).collect()
}

#[test]
fn what_is_there_is_named_and_stays_when_there_is_nothing_newer() {
    let (shop, proxy) = (Shop::new(), proxy());
    let mut vm = verifier(&shop, &proxy);
    let first = fetch(&mut vm);
    assert_eq!(named(&first), [""; 0]);
    vm.respond(first.token, Some(tagged(&shop, &[b"W/\"1\""]))).unwrap();
    for _ in 0..3 {
        proxy.advance(INTERVAL);
        let next = fetch(&mut vm);
        assert_eq!(named(&next), ["W/\"1\""]);
        vm.respond(next.token, Some(CalloutAnswer::new(304, ""))).unwrap();
    }
    let outcome = vm.request(get("/cold", Some(&shop.reader))).unwrap();
    assert!(outcome.forwarded().is_some(), "{outcome:?}");
    assert_eq!(counted(&proxy, &["watchword.fetch.ok", "watchword.fetch.failed"]), json!([4, 0]));
}

#[test]
fn nothing_newer_is_no_answer_to_a_fetch_that_has_named_nothing() {
    let (shop, proxy) = (Shop::new(), proxy());
    let mut vm = verifier(&shop, &proxy);
    let first = fetch(&mut vm);
    vm.respond(first.token, Some(CalloutAnswer::new(304, ""))).unwrap();
    let names = ["watchword.fetch.ok", "watchword.fetch.failed.fetch_status"];
    assert_eq!(counted(&proxy, &names), json!([0, 1]));
}

#[test]
fn what_is_no_tag_is_not_named() {
    let shop = Shop::new();
    let long = format!("\"{}\"", "x".repeat(1 << 12));
    for tags in [
        [b"\"\xff\xfe\"".as_slice()].as_slice(),
        &[b"1"],
        &[b"\"1\"", b"\"2\""],
        &[b"\"1\r\nx: 1\""],
        &[long.as_bytes()],
    ] {
        let proxy = proxy();
        let mut vm = verifier(&shop, &proxy);
        let first = fetch(&mut vm);
        vm.respond(first.token, Some(tagged(&shop, tags))).unwrap();
        proxy.advance(INTERVAL);
        assert_eq!(named(&fetch(&mut vm)), [""; 0]);
        assert_eq!(counted(&proxy, &["watchword.fetch.ok"]), json!([1]));
    }
}
