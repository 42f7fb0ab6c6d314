mod b3;
mod plugin;

use contract::{Cause, Store};

use super::*;
use crate::testing::{removed, set};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const SAME_TRACE_NEW_SPAN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-1111111111111111-00";
/// Another trace, which an unsealed registry has in the same slot.
const SAME_SLOT: &str = "00-11111111111111111111111111114736-00f067aa0ba902b7-01";
const OTHER_TRACE: &str = "00-00000000000000000000000000000001-00f067aa0ba902b7-01";

/// A secret under which registries are sealed; the tests know one secret only.
const SECRET: &str = "a secret of the tests, long enough";

/// One sidecar with both of its listeners.
struct Mesh {
    edge: Hop,
    inbound: Hop,
    outbound: Hop,
    world: World,
}

impl Mesh {
    fn new() -> Self {
        Self::with(&json!({}), &json!({}))
    }

    /// With these members in the sections of the listeners, `verify` and `attach`.
    fn with(inbound: &Value, outbound: &Value) -> Self {
        let pem = new_key();
        let world = World { upstream_cluster: Some("payments".into()), ..called_by(EDGE) };
        let keys = key_set(&pem, "edge-1");
        let trace = |section| with_members(section, &json!({"trace": inbound["trace"]}));
        Self {
            edge: Hop::new(&trace(mint_section()), &pem, &world),
            inbound: Hop::new(&with_members(verify_section(&keys), inbound), SECRET, &world),
            outbound: Hop::new(&with_members(attach_section(&keys), outbound), SECRET, &world),
            world,
        }
    }

    fn token_of(&self, subject: &str) -> String {
        let minted = self.edge.ask(&self.world, any_of("corp"), Some(&user(subject)), &[]).unwrap();
        set(&minted.request, "txn-token").unwrap()
    }

    /// An inbound request: of somebody with this token, or of nobody.
    fn receive(&self, trace: &str, token: Option<&str>) -> Passed {
        self.receive_with(&[("traceparent", trace)], token)
    }

    fn receive_with(&self, fields: &[(&str, &str)], token: Option<&str>) -> Passed {
        let mut fields = fields.to_vec();
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

    /// The events since the last question.
    fn events(&self) -> Vec<&'static str> {
        let events = self.world.events.take().into_iter();
        events.filter(|event| event.starts_with("identity.")).collect()
    }

    /// The names of slots up to their number. Another plugin can try names, or read the program.
    fn inbound_prefix(&self) -> String {
        let sealed = jose::Sharing::from_secret(SECRET).unwrap().derive("watchword.trace.name");
        let sealed = format!("watchword/trace/3/{}", crate::hex::encode(&sealed[..8]));
        let is_sealed = self.world.store.read(&format!("{sealed}/0")).unwrap().is_some();
        if is_sealed { sealed } else { "watchword/trace/3/open".to_owned() }
    }

    fn later(&mut self, seconds: u64) {
        self.world.now = self.world.now.plus(Duration::from_secs(seconds));
    }
}

/// `section` with `members`: those of its role in the role, others beside it. `null` is none.
fn with_members(mut section: Value, members: &Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        let role = ["verify", "attach"].into_iter().find(|role| section.get(role).is_some());
        match role.filter(|_| !["trace", "registry"].contains(&name.as_str())) {
            Some(role) => section[role][name] = value.clone(),
            None if value.is_null() => {}
            None => section[name] = value.clone(),
        }
    }
    section
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
    assert_eq!(mesh.call(OTHER_TRACE), nothing("not_registered"));
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
    let mesh = Mesh::new();
    for number in 1..=16 {
        let _open = mesh.receive(&format!("00-{number:030x}07-00f067aa0ba902b7-01"), None);
    }
    let full = format!("00-{:030x}07-00f067aa0ba902b7-01", 17);
    mesh.events();
    let refused = mesh.inbound.ask(&mesh.world, Authenticate::None, None, &[("traceparent", &full)]);
    assert_eq!(reason(refused), "registry_full");
    assert_eq!(mesh.events(), ["identity.trace.registry_full"]);
}

#[test]
fn a_registry_that_is_gone_stops_no_request_and_attaches_nothing() {
    let mut mesh = Mesh::new();
    mesh.world.store = contract::MemoryStore::default();
    assert_eq!(mesh.call(TRACE), (None, "internal_token=registry_unreadable".into()));
    let _open = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
    assert_eq!(mesh.call(TRACE), (None, "internal_token=registry_barred".into()));
    let expected = [
        "identity.attach.registry_unreadable",
        "identity.trace.registered",
        "identity.trace.slot_unreadable",
        "identity.attach.registry_barred",
    ];
    assert_eq!(mesh.events(), expected);
}

#[test]
fn each_outcome_is_counted() {
    let mut mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let open = mesh.receive(TRACE, Some(&token));
    let _nobodys = mesh.receive(OTHER_TRACE, None);
    mesh.events();
    mesh.call(TRACE);
    mesh.call(OTHER_TRACE);
    mesh.call("00-0000000000000000000000000000000a-00f067aa0ba902b7-01");
    mesh.call("what");
    mesh.call_with("/", &[("traceparent", TRACE), ("txn-token", "its.own")]);
    let _bobs = mesh.receive(TRACE, Some(&mesh.token_of("bob")));
    mesh.call(TRACE);
    mesh.world.upstream_cluster = None;
    mesh.call(TRACE);
    open.end(&mesh.world);
    let expected = [
        "identity.attach.attached",
        "identity.attach.no_identity",
        "identity.attach.not_registered",
        "identity.attach.untraced",
        "identity.attach.route_may_change",
        "identity.trace.registered",
        "identity.trace.conflict",
        "identity.attach.several_identities",
        "identity.attach.destination_not_listed",
    ];
    assert_eq!(mesh.events(), expected);
}

#[test]
fn a_token_that_is_not_good_here_is_not_attached() {
    for (outbound, reason, event) in [
        (json!({"issuer": "https://other.test"}), "txn_token_issuer", "identity.attach.token_not_good"),
        (json!({"trust_domain": "other.test"}), "txn_token_audience", "identity.attach.token_not_good"),
        (
            json!({"keys": {"inline": key_set(&new_key(), "edge-1")}}),
            "signature_invalid",
            "identity.attach.token_not_good",
        ),
        (
            json!({"keys": {"inline": key_set(&new_key(), "edge-2")}}),
            "key_unknown",
            "identity.attach.token_not_good",
        ),
    ] {
        let mesh = Mesh::with(&json!({}), &outbound);
        let _open = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
        mesh.events();
        assert_eq!(mesh.call(TRACE), (None, format!("internal_token={reason}")));
        assert_eq!(mesh.events(), [event]);
    }
}

#[test]
fn the_grace_is_what_is_configured() {
    for (register, carried_after) in [
        (json!({"grace_ms": 0}), [false, false]),
        (json!({"grace_ms": 5000}), [true, true]),
        (json!(true), [true, false]),
    ] {
        let mut mesh = Mesh::with(&json!({"register": register}), &json!({}));
        let open = mesh.receive(TRACE, Some(&mesh.token_of("alice")));
        open.end(&mesh.world);
        let carried = [1, 3].map(|seconds| {
            mesh.later(seconds);
            mesh.call(TRACE).0.is_some()
        });
        assert_eq!(carried, carried_after, "{register}");
    }
}

#[test]
fn listeners_that_share_keys_fetch_them_once() {
    let remote = json!({"remote": {"cluster": "edge", "authority": "edge.test", "path": "/jwks"}});
    for (sharing, fetches) in [(Value::Null, 2), (json!({"secret": "SIGNING_KEY"}), 1)] {
        let keys = json!({"keys": remote, "key_sharing": sharing});
        let mesh = Mesh::with(&keys, &keys);
        let listeners = [&mesh.inbound, &mesh.outbound].map(|hop| {
            let backgrounds = hop.stages.iter().filter_map(|stage| stage.background());
            backgrounds
                .map(|background| background.due(&mesh.world.background_env()).fetches.len())
                .sum::<usize>()
        });
        assert_eq!(listeners.iter().sum::<usize>(), fetches, "{listeners:?}");
    }
}

#[test]
fn a_header_that_could_carry_another_trace_reaches_no_application() {
    let mesh = Mesh::new();
    let fields = [("traceparent", TRACE), ("b3", "0"), ("X-B3-TraceId", "1"), ("Uber-Trace-Id", "1")];
    let token = mesh.token_of("alice");
    let passed = mesh.receive_with(&fields, Some(&token));
    let removed = removed(&passed.request);
    assert!(
        ["b3", "X-B3-TraceId", "Uber-Trace-Id"].iter().all(|name| removed.contains(&(*name).to_owned()))
    );
    assert!(!removed.contains(&"traceparent".to_owned()));
}

#[test]
fn keys_that_have_been_fetched_are_verified_with() {
    let pem = new_key();
    let remote = json!({"remote": {"cluster": "edge", "authority": "edge.test", "path": "/jwks"}});
    let mut mesh = Mesh::with(&json!({}), &json!({"keys": remote}));
    let keys = key_set(&pem, "edge-1");
    mesh.edge = Hop::new(&mint_section(), &pem, &mesh.world);
    mesh.inbound = Hop::new(&verify_section(&keys), SECRET, &mesh.world);
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    let call = |trace: &str| {
        let fields = [("traceparent", trace)];
        mesh.outbound.ask_at("/", &mesh.world, Authenticate::None, None, &fields)
    };
    let Err(Verdict::Wait(wait)) = call(TRACE) else { panic!("a call with a user waits for keys") };
    assert_eq!((wait.reason, wait.otherwise.reason), (contract::WaitReason::ColdKeys, "keys_cold"));
    assert!(call(OTHER_TRACE).is_ok(), "a call without one does not");
    let background = mesh.outbound.stages.iter().find_map(|stage| stage.background()).unwrap();
    let due = background.due(&mesh.world.background_env());
    let document = keys.to_string();
    let fetched = background.fetched(
        due.fetches[0].id,
        Ok(contract::Reply::untagged(document.as_bytes())),
        &mesh.world.background_env(),
    );
    assert_eq!(fetched, Ok(true));
    assert_eq!(mesh.call(TRACE).0, Some(token));
}
