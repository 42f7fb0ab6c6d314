//! Requests that wait for keys.

use std::time::Duration;

use wasmhost::{Action, CalloutAnswer, Headers, built};

use crate::proxy;
use crate::support::shop::{Shop, get};

#[test]
fn a_request_waits_for_the_first_keys_and_goes_on_when_they_come() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let stream = vm.open(get("/cold", Some(&shop.reader))).unwrap();
    assert_eq!(vm.request_headers(stream, false).unwrap(), Action::Pause);
    assert_eq!(vm.request_body(stream, b"{}", false).unwrap(), Action::Pause);
    assert_eq!(vm.request_trailers(stream, Headers::new()).unwrap(), Action::Pause);

    vm.tick().unwrap();
    let callout = vm.callouts().pop().unwrap();
    assert_eq!(callout.cluster, b"issuer");
    vm.respond(callout.token, Some(shop.keys())).unwrap();
    let outcome = vm.outcome(stream);
    let headers = outcome.forwarded().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!(headers.first("authorization"), None);
    assert_eq!(vm.request_body(stream, b"{}", true).unwrap(), Action::Continue);
    vm.close(stream).unwrap();
}

#[test]
fn a_request_whose_keys_never_come_is_refused_at_its_deadline() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    for answer in [None, Some(CalloutAnswer::new(503, "down")), Some(CalloutAnswer::new(200, "no json"))] {
        let mut vm = shop.configured(&module, &proxy);
        let stream = vm.open(get("/cold", Some(&shop.reader))).unwrap();
        vm.request_headers(stream, true).unwrap();
        vm.tick().unwrap();
        let callout = vm.callouts().pop().unwrap();
        vm.respond(callout.token, answer).unwrap();
        proxy.advance(Duration::from_millis(1_001));
        vm.tick().unwrap();
        let outcome = vm.outcome(stream);
        assert_eq!(outcome.status(), Some(503), "{outcome:?}");
        vm.close(stream).unwrap();
    }
}

#[test]
fn a_new_configuration_is_accepted_while_a_request_waits_and_the_request_is_answered() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    let stream = vm.open(get("/cold", Some(&shop.reader))).unwrap();
    assert_eq!(vm.request_headers(stream, true).unwrap(), Action::Pause);
    assert!(vm.configure(shop.configuration().to_string()).unwrap(), "{:?}", proxy.log());
    assert_eq!(vm.request(get("/open", None)).unwrap().status(), Some(200));

    proxy.advance(Duration::from_millis(1_001));
    vm.tick().unwrap();
    let outcome = vm.outcome(stream);
    assert_eq!(outcome.status(), Some(503), "{outcome:?}");
    assert_eq!(vm.violations(), []);
    vm.close(stream).unwrap();
}
