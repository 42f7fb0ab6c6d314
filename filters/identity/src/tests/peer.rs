//! Callers that are known by their certificate, alone or through a proxy that forwards for them.

use super::*;
use crate::testing::{removed, set};

const GATEWAY: &str = "spiffe://shop.test/gateway";

fn peer_section() -> Value {
    json!({"peer": {"callers": ["spiffe://shop.test/ns/*/sa/orders"], "forwarded_by": GATEWAY}})
}

#[test]
fn the_workload_is_known_and_nobody_else() {
    let world = called_by("spiffe://shop.test/ns/shop/sa/orders");
    let hop = Hop::new(&peer_section(), "", &world);
    let fields = [("txn-token", "a.b.c"), ("x-watchword-subject", "eve"), ("x-watchword-caller", EDGE)];
    let passed = hop.ask(&world, Authenticate::None, None, &fields).unwrap();
    let caller = "spiffe://shop.test/ns/shop/sa/orders";
    assert_eq!(set(&passed.request, "x-watchword-caller").as_deref(), Some(caller));
    assert_eq!(passed.peer.unwrap().spiffe_id().as_str(), caller);
    assert!(passed.identity.is_none());
    for name in ["txn-token", "x-watchword-subject", "x-watchword-claims", "x-watchword-txn"] {
        assert!(removed(&passed.request).contains(&name.to_owned()), "{name}");
        assert_eq!(set(&passed.request, name), None, "{name}");
    }
    let stranger = called_by("spiffe://shop.test/ns/shop/sa/stranger");
    assert_eq!(reason(hop.ask(&stranger, Authenticate::None, None, &[])), "caller_not_listed");
    assert_eq!(reason(hop.ask(&World::default(), Authenticate::None, None, &[])), "caller_absent");
}

#[test]
fn a_gateway_calls_for_the_workload_that_it_names() {
    let caller = "spiffe://shop.test/ns/eu/sa/orders";
    let xfcc = format!("By={GATEWAY};Hash=00;Subject=\"CN=a,b;c\";URI={caller}");
    let keys = key_set(&new_key(), "edge-1");
    let mut verify = verify_section(&keys);
    verify["verify"]["callers"] = json!([caller]);
    verify["verify"]["forwarded_by"] = json!(GATEWAY);
    for section in [peer_section(), verify] {
        let world = called_by(GATEWAY);
        let hop = Hop::new(&section, "", &world);
        let ask = |fields: &[(&str, &str)]| hop.ask(&world, Authenticate::None, None, fields);
        let passed = ask(&[("x-forwarded-client-cert", &xfcc)]).unwrap();
        assert_eq!(passed.peer.unwrap().spiffe_id().as_str(), caller);
        assert!(removed(&passed.request).contains(&"x-forwarded-client-cert".to_owned()));
        assert_eq!(reason(ask(&[])), "caller_not_forwarded", "the gateway itself");
        // Only the name that the proxy writes is read: a service's own spelling of it is stripped.
        assert_eq!(reason(ask(&[("x_forwarded_client_cert", &xfcc)])), "caller_not_forwarded");
    }
}

#[test]
fn a_route_cannot_take_a_workload_for_a_user() {
    let stages = compile(&peer_section(), "", &World::default()).unwrap();
    assert_eq!(stages.iter().flat_map(|stage| stage.providers()).collect::<Vec<_>>(), [""; 0]);
}
