//! The built modules, as a proxy drives them: what they accept, answer, forward and count.

#[path = "outcomes/fetches.rs"]
mod fetches;
#[path = "outcomes/hygiene.rs"]
mod hygiene;
mod support;
#[path = "outcomes/waits.rs"]
mod waits;

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::shop::{START, Shop, get};
use wasmhost::{Outcome, Proxy, Vm, built};

const SECOND: u64 = 1_000_000_000;

fn proxy() -> Proxy {
    Proxy::new(START * SECOND)
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[test]
fn every_refusal_is_one_answer_with_both_statuses_and_details() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    for (request, status, grpc_status, details) in [
        (get("/orders", None), 401, 16, "watchword_jwt_credential_missing"),
        (get("/orders", Some("garbage")), 401, 16, "watchword_jwt_"),
        (get("/orders", Some(&shop.stranger)), 403, 7, "watchword_authz_"),
        (get("/nothing", None), 404, 5, "watchword_route_route_unknown"),
        (get("/a/../orders", None), 400, 3, "watchword_route_path_dot_or_empty_segment"),
    ] {
        let outcome = vm.request(request.clone()).unwrap();
        let reply = outcome.reply().unwrap_or_else(|| panic!("{outcome:?}"));
        assert_eq!((reply.status, reply.grpc_status), (status, grpc_status), "{reply:?}");
        assert!(reply.details.starts_with(details), "{}", reply.details);
        assert_eq!(reply.headers.first("content-type").as_deref(), Some("application/problem+json"));
        assert_eq!(json(&reply.body)["status"], status);
    }
}

#[test]
fn keys_are_answered_without_anybody_behind() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.worker(&module, &proxy).unwrap();
    assert!(vm.configure(shop.publishing().to_string()).unwrap(), "{:?}", proxy.log());
    let outcome = vm.request(get("/keys", None)).unwrap();
    let reply = outcome.reply().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!((reply.status, reply.details.as_str()), (200, "watchword_identity_keys"));
    assert_eq!(reply.headers.first("content-type").as_deref(), Some("application/jwk-set+json"));
    let keys = &json(&reply.body)["keys"];
    assert_eq!(keys.as_array().map(Vec::len), Some(1), "{keys}");
    assert_eq!((&keys[0]["kid"], keys[0].get("d")), (&json!("edge-1"), None));
    assert_eq!(vm.request(get("/", None)).unwrap().status(), Some(404));
}

#[test]
fn a_configuration_that_is_wrong_is_refused_with_the_path_of_the_field() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.worker(&module, &proxy).unwrap();
    for (pointer, value, path) in [
        ("/ratelimit/limits/per-user/burst", json!(0), "ratelimit.limits.per-user.burst"),
        ("/routes/1/limits/0", json!("per-usr"), "routes[1].limits"),
        ("/jwt/providers/corp/algorithms/0", json!("none"), "jwt.providers.corp.algorithms"),
        ("/authz/policies", json!("permit (principal"), "authz.policies"),
        ("/identity/mint/key/secret", json!("ABSENT"), "identity.mint.key"),
    ] {
        let mut configuration = shop.configuration();
        *configuration.pointer_mut(pointer).unwrap() = value;
        proxy.clear_log();
        assert!(!vm.configure(configuration.to_string()).unwrap(), "{pointer}");
        let log = proxy.log();
        let said = |line: &wasmhost::LogLine| line.level == 4 && line.text.contains(path);
        assert!(log.iter().any(said), "{path}: {log:?}");
    }
}

#[test]
fn asked_without_a_configuration_it_refuses_everything() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.worker(&module, &proxy).unwrap();
    let never = vm.request(get("/open", None)).unwrap();
    assert!(!vm.configure("{").unwrap());
    let refused = vm.request(get("/open", None)).unwrap();
    for outcome in [never, refused] {
        let reply = outcome.reply().unwrap_or_else(|| panic!("{outcome:?}"));
        assert_eq!((reply.status, reply.details.as_str()), (503, "watchword_host_not_configured"));
    }
    assert!(vm.configure(shop.configuration().to_string()).unwrap());
    assert_eq!(vm.request(get("/open", None)).unwrap().status(), Some(200));
}

#[test]
fn a_configuration_that_is_refused_later_does_not_leave_the_old_one_in_force() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    assert_eq!(vm.request(get("/open", None)).unwrap().status(), Some(200));
    assert!(!vm.configure("{}").unwrap());
    assert_eq!(vm.request(get("/open", None)).unwrap().status(), Some(503));
}

#[test]
fn bytes_that_are_no_text_are_answered_like_any_others() {
    let (module, shop, proxy) = (built::load("watchword"), Shop::new(), proxy());
    let mut vm = shop.configured(&module, &proxy);
    for name in
        ["x-anything", "x-request-id", "traceparent", "user-agent", "txn-token", "x-watchword-subject"]
    {
        let request = get("/open", None).header(name, b"\xff\xfe".to_vec());
        assert!(vm.request(request).unwrap().status().is_some(), "{name}");
    }
    for (name, status) in [("authorization", 401), (":path", 400), (":method", 404), (":authority", 200)] {
        let mut request = get("/orders", Some(&shop.reader));
        request.headers.replace(name.as_bytes(), b"/\xff\xfe");
        let outcome = vm.request(request).unwrap();
        assert_eq!(outcome.status(), Some(status), "{name}: {outcome:?}");
    }
}

#[test]
fn the_limiter_of_two_workers_is_exact() {
    let (module, proxy) = (built::load("rate-limit"), proxy());
    let configuration = json!({
        "routes": [{
            "name": "open", "match": {"path": "/open"}, "authenticate": "none", "authorize": "none",
            "limits": ["per-address"],
        }],
        "ratelimit": {"slots": 16, "when_contended": "refuse", "limits": {"per-address":
            {"requests": 10, "per_seconds": 1, "burst": 20, "key": ["client_address"]},
        }},
    })
    .to_string();
    let worker = || {
        let mut vm = Vm::start(&module, &proxy, &[]).unwrap();
        assert!(vm.configure(configuration.as_str()).unwrap(), "{:?}", proxy.log());
        vm
    };
    let mut workers = [worker(), worker()];
    let mut admitted = 0;
    for _ in 0..=5 {
        admitted += thread::scope(|scope| {
            let busy: Vec<_> = workers.iter_mut().map(|vm| scope.spawn(|| hammer(vm))).collect();
            busy.into_iter().map(|worker| worker.join().unwrap()).sum::<u32>()
        });
        proxy.advance(Duration::from_secs(1));
    }
    assert_eq!(admitted, 20 + 5 * 10);
}

/// Ask until the limit is reached; how often the request was forwarded.
fn hammer(vm: &mut Vm) -> u32 {
    let mut admitted = 0;
    loop {
        match vm.request(get("/open", None)).unwrap() {
            Outcome::Forwarded { .. } => admitted += 1,
            Outcome::Replied(reply) if reply.status == 429 => return admitted,
            // Contended: not counted, and tried again.
            Outcome::Replied(reply) if reply.status == 503 => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_refusal_and_a_forwarded_request_tell_the_client_its_quota() {
    let (module, proxy) = (built::load("rate-limit"), proxy());
    let configuration = json!({
        "routes": [{
            "name": "open", "match": {"path": "/open"}, "authenticate": "none", "authorize": "none",
            "limits": ["per-address"],
        }],
        "ratelimit": {"slots": 16, "limits": {"per-address":
            {"requests": 1, "per_seconds": 1, "burst": 1, "key": ["client_address"]},
        }},
    });
    let mut vm = Vm::start(&module, &proxy, &[]).unwrap();
    assert!(vm.configure(configuration.to_string()).unwrap(), "{:?}", proxy.log());
    let stream = vm.open(get("/open", None)).unwrap();
    vm.request_headers(stream, true).unwrap();
    let upstream = [(":status", "200"), ("ratelimit", "forged")].into_iter().collect();
    vm.response_headers(stream, upstream, true).unwrap();
    assert_eq!(vm.response(stream).all("ratelimit"), ["forged", "\"per-address\";r=0;t=1"]);
    let refused = vm.request(get("/open", None)).unwrap();
    let reply = refused.reply().unwrap();
    assert_eq!(reply.status, 429);
    assert_eq!(reply.headers.all("retry-after"), ["1"]);
    assert_eq!(reply.headers.all("ratelimit"), ["\"per-address\";r=0;t=1"]);
}
