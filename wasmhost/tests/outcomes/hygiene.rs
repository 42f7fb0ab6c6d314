//! What a forwarded request carries of what its client has said.

use serde_json::{Value, json};
use wasmhost::{Action, Headers, Status, built};

use crate::proxy;
use crate::support::shop::{FORGED, Shop, forge, forged_trailers, get};

#[test]
fn forwards_who_may_with_an_identity_of_ours_and_without_the_token() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let outcome = vm.request(forge(get("/orders", Some(&shop.reader)))).unwrap();
    let headers = outcome.forwarded().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!(headers.first("authorization"), None);
    assert_eq!(headers.all("txn-token").len(), 1);
    assert_ne!(headers.first("txn-token").as_deref(), Some(FORGED));
    assert_eq!(headers.first("x_watchword_subject"), None);
}

#[test]
fn trailers_are_forwarded_without_what_only_the_proxy_may_say() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let stream = vm.open(get("/orders", Some(&shop.reader))).unwrap();
    assert_eq!(vm.request_headers(stream, false).unwrap(), Action::Continue);
    assert_eq!(vm.request_trailers(stream, forged_trailers()).unwrap(), Action::Continue);
    assert_eq!(vm.passed_trailers(stream), Some(control()));
    vm.close(stream).unwrap();
}

#[test]
fn so_are_trailers_that_have_waited() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let stream = vm.open(get("/cold", Some(&shop.reader))).unwrap();
    vm.request_headers(stream, false).unwrap();
    assert_eq!(vm.request_trailers(stream, forged_trailers()).unwrap(), Action::Pause);
    assert_eq!(vm.passed_trailers(stream), None);
    vm.tick().unwrap();
    let callout = vm.callouts().pop().unwrap();
    vm.respond(callout.token, Some(shop.keys())).unwrap();
    assert_eq!(vm.outcome(stream).status(), Some(200));
    assert_eq!(vm.passed_trailers(stream), Some(control()));
    vm.close(stream).unwrap();
}

#[test]
fn a_response_goes_out_without_what_only_the_proxy_may_say() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let stream = vm.open(get("/orders", Some(&shop.reader))).unwrap();
    vm.request_headers(stream, true).unwrap();
    let forged = || [("Txn.Token", FORGED), ("X_Watchword_Later", FORGED), ("x-control", "kept")];
    assert_eq!(
        vm.response_headers(stream, forged().into_iter().collect(), false).unwrap(),
        Action::Continue
    );
    assert_eq!(vm.response_trailers(stream, forged().into_iter().collect()).unwrap(), Action::Continue);
    let passed = vm.passed_response(stream);
    assert_eq!(passed.len(), 2, "head and trailers");
    for fields in passed {
        assert_eq!(fields.first("x-control").as_deref(), Some("kept"));
        assert!(fields.iter().all(|(_, value)| value != FORGED.as_bytes()), "{fields:?}");
    }
    vm.close(stream).unwrap();
}

fn control() -> Headers {
    [("x-control", "kept")].into_iter().collect()
}

/// In a chain of modules the next one decides by the identity that this one hands on.
#[test]
fn a_link_that_cannot_hand_on_the_identity_refuses() {
    let (module, shop, proxy) = (built::load("jwt-verify"), Shop::new(), proxy());
    let mut vm = shop.worker(&module, &proxy).unwrap();
    assert!(vm.configure(authenticate_only(&shop).to_string()).unwrap(), "{:?}", proxy.log());
    let request = || forge(get("/orders", Some(&shop.reader)));
    assert_eq!(vm.request(request()).unwrap().status(), Some(200));
    for status in Status::failures() {
        vm.faults().set("proxy_set_property", status);
        let outcome = vm.request(request()).unwrap();
        let reply = outcome.reply().unwrap_or_else(|| panic!("{status:?}: {outcome:?}"));
        assert_eq!((reply.status, reply.details.as_str()), (503, "watchword_host_edits_failed"));
    }
    assert_eq!(vm.violations(), []);
}

/// Another filter of the proxy decides by what it is told.
#[test]
fn a_request_of_which_the_proxy_cannot_be_told_who_sends_it_is_refused() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.worker(&module, &proxy).unwrap();
    let mut configuration = shop.configuration();
    configuration["identity"]["filter_state"] = json!(true);
    assert!(vm.configure(configuration.to_string()).unwrap(), "{:?}", proxy.log());
    let request = || forge(get("/orders", Some(&shop.reader)));
    assert_eq!(vm.request(request()).unwrap().status(), Some(200));
    for status in Status::failures() {
        // Of subject and provider, the first and the second.
        for spared in 0..2 {
            vm.faults().clear();
            vm.faults().set_after(spared, "proxy_set_property", status);
            let outcome = vm.request(request()).unwrap();
            let reply = outcome.reply().unwrap_or_else(|| panic!("{status:?}: {outcome:?}"));
            assert_eq!((reply.status, reply.details.as_str()), (503, "watchword_host_edits_failed"));
        }
    }
    assert_eq!(vm.violations(), []);
}

fn authenticate_only(shop: &Shop) -> Value {
    let configuration = shop.configuration();
    json!({
        "routes": [{
            "name": "orders", "match": {"path": "/orders"}, "authenticate": {"any_of": ["corp"]},
            "authorize": "none", "limits": [],
        }],
        "jwt": configuration["jwt"],
    })
}
