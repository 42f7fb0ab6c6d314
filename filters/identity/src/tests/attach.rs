use contract::Cause;

use super::*;
use crate::testing::{removed, set};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SAME_TRACE_NEW_SPAN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-00";
const OTHER_TRACE: &str = "00-00000000000000000000000000000001-00f067aa0ba902b7-01";

/// One sidecar with both of its listeners.
struct Mesh {
    edge: Hop,
    inbound: Hop,
    outbound: Hop,
    world: World,
}

impl Mesh {
    fn new() -> Self {
        let pem = new_key();
        let world = World { upstream_cluster: Some("payments".into()), ..called_by(EDGE) };
        Self {
            edge: Hop::new(&mint_section(), &pem, &world),
            inbound: Hop::new(&verify_section(&key_set(&pem, "edge-1")), "", &world),
            outbound: Hop::new(&json!({"attach": {"destinations": ["payments"]}}), "", &world),
            world,
        }
    }

    fn token_of(&self, subject: &str) -> String {
        let minted = self.edge.ask(&self.world, any_of("corp"), Some(&user(subject)), &[]).unwrap();
        set(&minted.request, "txn-token").unwrap()
    }

    /// An inbound request: of somebody with this token, or of nobody.
    fn receive(&self, trace: &str, token: Option<&str>) -> Passed {
        let mut fields = vec![("traceparent", trace)];
        fields.extend(token.map(|token| ("txn-token", token)));
        let authenticate = Authenticate::Optional(vec!["internal".into()]);
        self.inbound.ask(&self.world, authenticate, None, &fields).unwrap()
    }

    /// What a call of the application carries, and why.
    fn call(&self, trace: &str) -> (Option<String>, String) {
        self.call_with("/", &[("traceparent", trace)])
    }

    fn call_with(&self, path: &str, fields: &[(&str, &str)]) -> (Option<String>, String) {
        let passed = self.outbound.ask_at(path, &self.world, Authenticate::None, None, fields).unwrap();
        let reserved = |name: &str| name.starts_with("x-watchword-") || name == "txn-token";
        for (name, _) in fields.iter().filter(|(name, _)| reserved(name)) {
            assert!(removed(&passed.request).contains(&(*name).to_owned()), "{name} is the application's");
        }
        (set(&passed.request, "txn-token"), passed.evidence.concat())
    }

    fn later(&mut self, seconds: u64) {
        self.world.now = self.world.now.plus(Duration::from_secs(seconds));
    }
}

#[test]
fn a_call_within_the_trace_carries_the_token_of_the_request() {
    let mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    assert_eq!(mesh.call(SAME_TRACE_NEW_SPAN), (Some(token), "internal_token=attached".into()));
}

#[test]
fn a_call_that_cannot_be_told_whose_it_is_carries_nothing() {
    let mut mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    let nothing = |reason: &str| (None, format!("internal_token={reason}"));
    assert_eq!(mesh.call(OTHER_TRACE), nothing("not_carried"));
    assert_eq!(mesh.call("00-what"), nothing("untraced"));
    for cluster in [Some("elsewhere".to_owned()), None] {
        mesh.world.upstream_cluster = cluster;
        assert_eq!(mesh.call(TRACE), nothing("destination_not_listed"));
    }
}

#[test]
fn a_call_that_may_be_routed_again_carries_nothing() {
    let mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    let trace = ("traceparent", TRACE);
    for (path, fields) in [
        ("/%6frders", &[trace][..]),
        ("/", &[trace, ("txn-token", "of.its.own")]),
        ("/", &[trace, ("X_Watchword-Subject", "eve")]),
        ("/", &[trace, ("x-watchword-claims", "e30")]),
    ] {
        let expected = (None, "internal_token=route_may_change".into());
        assert_eq!(mesh.call_with(path, fields), expected, "{path} {fields:?}");
    }
    assert_eq!(mesh.call_with("/orders", &[trace, ("accept", "*/*")]).0, Some(token));
}

#[test]
fn two_identities_under_one_trace_stop_both() {
    for other in [None, Some("bob")] {
        let mesh = Mesh::new();
        let (alice, other) = (mesh.token_of("alice"), other.map(|name| mesh.token_of(name)));
        let _alices = mesh.receive(TRACE, Some(&alice));
        assert_eq!(mesh.call(TRACE).0, Some(alice));
        let _others = mesh.receive(TRACE, other.as_deref());
        assert_eq!(mesh.call(TRACE).0, None, "{other:?}");
    }
}

#[test]
fn nobody_gets_the_identity_of_a_later_request() {
    let mesh = Mesh::new();
    let _nobodys = mesh.receive(TRACE, None);
    let _alices = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
    assert_eq!(mesh.call(TRACE).0, None);
}

#[test]
fn a_token_is_carried_until_shortly_after_the_request() {
    let mut mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let open = mesh.receive(TRACE, Some(&token));
    mesh.later(10);
    open.end(&mesh.world);
    mesh.later(1);
    assert_eq!(mesh.call(TRACE).0, Some(token));
    mesh.later(1);
    assert_eq!(mesh.call(TRACE).0, None);
}

#[test]
fn a_token_that_has_expired_is_not_attached() {
    let mut mesh = Mesh::new();
    let _open = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
    mesh.later(60);
    assert_eq!(mesh.call(TRACE).0, None);
}

#[test]
fn a_refused_request_is_not_registered() {
    let mesh = Mesh::new();
    let _open = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
    let refused = mesh.inbound.ask(&mesh.world, any_of("internal"), None, &[("traceparent", TRACE)]);
    assert_eq!(reason(refused), "txn_token_missing");
    assert!(mesh.call(TRACE).0.is_some());
}

#[test]
fn a_trace_that_we_do_not_take_reaches_no_application() {
    let mesh = Mesh::new();
    let ask = |fields: &[(&str, &str)]| mesh.inbound.ask(&mesh.world, Authenticate::None, None, fields);
    let lenient = format!("{TRACE}-more");
    for (fields, expected) in [
        (&[("traceparent", lenient.as_str())][..], "traceparent_malformed"),
        (&[("traceparent", "")], "traceparent_malformed"),
        (&[("traceparent", TRACE), ("Traceparent", "x")], "traceparent_duplicated"),
        (&[("traceparent", TRACE), ("traceparent", TRACE)], "traceparent_duplicated"),
    ] {
        let refusal = refusal(ask(fields));
        assert_eq!((refusal.cause, refusal.reason), (Cause::RequestMalformed, expected), "{fields:?}");
    }
    assert!(ask(&[]).unwrap().at_end.is_empty(), "a request without a trace has nothing to end");
}

#[test]
fn a_request_that_cannot_be_registered_does_not_reach_the_application() {
    let mut mesh = Mesh::new();
    mesh.world.store = contract::MemoryStore::default();
    let refused = mesh.inbound.ask(&mesh.world, Authenticate::None, None, &[("traceparent", TRACE)]);
    assert_eq!(reason(refused), "registry_unreadable");
    assert_eq!(mesh.call(TRACE), (None, "internal_token=registry_unreadable".into()));
}
