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

/// Overwrite each slot with `change` of what is there, as another plugin could.
fn scribble(store: &contract::MemoryStore, change: impl Fn(Vec<u8>) -> Vec<u8>) {
    for slot in 0..256 {
        let key = format!("watchword/trace/3/open/{slot}");
        let value = store.read(&key).unwrap().unwrap().value;
        store.swap(&key, &change(value), contract::Version::ABSENT).unwrap();
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
        (
            json!({"keys": {"remote": {"cluster": "edge", "authority": "edge.test", "path": "/jwks"}}}),
            "keys_cold",
            "identity.attach.keys_not_ready",
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
fn a_token_that_another_plugin_has_written_is_not_attached() {
    let mesh = Mesh::new();
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    // Same length, another payload: what the signature is for.
    let forged = token.replacen(".e", ".f", 1);
    assert_ne!(token, forged);
    scribble(&mesh.world.store, |value| replaced(&value, token.as_bytes(), forged.as_bytes()));
    assert_eq!(mesh.call(TRACE), (None, "internal_token=signature_invalid".into()));
    let text = vec![b'\n'; token.len()];
    scribble(&mesh.world.store, |value| replaced(&value, forged.as_bytes(), &text));
    assert_eq!(mesh.call(TRACE).0, None);
}

#[test]
fn only_the_seal_tells_under_which_trace_a_genuine_token_was_registered() {
    let secret = json!({"registry": {"secret": "SIGNING_KEY"}});
    let ids = |trace: &str| crate::hex::decode::<16>(trace.split('-').nth(1).unwrap().as_bytes()).unwrap();
    for (section, attached) in [(json!({}), true), (secret, false)] {
        let mesh = Mesh::with(&section, &section);
        let bobs = mesh.token_of("bob");
        let _open = mesh.receive(TRACE, Some(&bobs));
        for slot in 0..256 {
            let prefix = mesh.inbound_prefix();
            let key = format!("{prefix}/{slot}");
            let value = mesh.world.store.read(&key).unwrap().unwrap().value;
            let value = replaced(&value, &ids(TRACE), &ids(SAME_SLOT));
            mesh.world.store.swap(&key, &value, contract::Version::ABSENT).unwrap();
        }
        assert_eq!(mesh.call(SAME_SLOT).0.is_some(), attached, "{section}");
    }
}

fn replaced(value: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let Some(at) = value.windows(from.len()).position(|window| window == from) else {
        return value.to_vec();
    };
    let (before, rest) = value.split_at(at);
    [before, to, &rest[from.len()..]].concat()
}

#[test]
fn a_sealed_registry_carries_tokens_too() {
    let secret = json!({"registry": {"secret": "SIGNING_KEY"}});
    let mesh = Mesh::with(&secret, &secret);
    let token = mesh.token_of("alice");
    let _open = mesh.receive(TRACE, Some(&token));
    assert_eq!(mesh.call(TRACE).0, Some(token));
    let one_sided = Mesh::with(&secret, &json!({}));
    let _open = one_sided.receive(TRACE, Some(&one_sided.token_of("alice")));
    assert_eq!(one_sided.call(TRACE), (None, "internal_token=registry_unreadable".into()));
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

const B3_TRACE: (&str, &str) = ("x-b3-traceid", "80f198ee56343ba864fe8b2a57d3eff7");
const B3_SPAN: (&str, &str) = ("x-b3-spanid", "e457b5a2e4d86bd1");
const B3_SINGLE: (&str, &str) = ("b3", "80f198ee56343ba864fe8b2a57d3eff7-05e3ac9a4f6e3b90-1");

fn b3_mesh() -> Mesh {
    Mesh::with(&json!({"trace": "b3"}), &json!({"trace": "b3"}))
}

#[test]
fn a_mesh_of_b3_carries_tokens_by_either_of_its_forms() {
    for inbound in [&[B3_TRACE, B3_SPAN][..], &[B3_SINGLE], &[B3_SINGLE, B3_TRACE, B3_SPAN]] {
        let mesh = b3_mesh();
        let token = mesh.token_of("alice");
        let _open = mesh.receive_with(inbound, Some(&token));
        for call in [&[B3_SINGLE][..], &[B3_TRACE, B3_SPAN], &[("b3", "64fe8b2a57d3eff7-05e3ac9a4f6e3b90")]]
        {
            assert_eq!(mesh.call_with("/", call).0, Some(token.clone()), "{inbound:?} {call:?}");
        }
        let untraced = (None, "internal_token=untraced".to_owned());
        for call in [&[("traceparent", TRACE)][..], &[B3_TRACE], &[B3_SINGLE, B3_SINGLE]] {
            assert_eq!(mesh.call_with("/", call), untraced, "{call:?}");
        }
    }
}

#[test]
fn a_mesh_of_b3_takes_no_bad_trace_and_no_other_format() {
    let mesh = b3_mesh();
    let ask = |fields: &[(&str, &str)]| mesh.inbound.ask(&mesh.world, Authenticate::None, None, fields);
    for (fields, expected) in [
        (&[B3_TRACE][..], "b3_malformed"),
        (&[B3_TRACE, B3_SPAN, B3_TRACE], "b3_duplicated"),
        (&[("b3", "64fe8b2a57d3eff7-05e3ac9a4f6e3b90"), B3_TRACE, B3_SPAN], "b3_contradictory"),
    ] {
        let refusal = refusal(ask(fields));
        assert_eq!((refusal.cause, refusal.reason), (Cause::RequestMalformed, expected), "{fields:?}");
    }
    let passed = ask(&[B3_TRACE, B3_SPAN, ("traceparent", TRACE), ("X_B3_TraceId", "1")]).unwrap();
    let removed = removed(&passed.request);
    assert!(["traceparent", "X_B3_TraceId"].iter().all(|name| removed.contains(&(*name).to_owned())));
    assert_eq!(passed.at_end.len(), 1);
}

#[test]
fn an_edge_of_b3_starts_its_own_trace_and_leaves_no_other() {
    let mesh = b3_mesh();
    let client = [
        B3_SINGLE,
        ("X_B3_TraceId", "1"),
        ("traceparent", TRACE),
        ("tracestate", "a=b"),
        ("x-b3-flags", "1"),
    ];
    let passed = mesh.edge.ask(&mesh.world, any_of("corp"), Some(&user("alice")), &client).unwrap();
    let ours = set(&passed.request, "x-b3-traceid").unwrap();
    assert!(ours.len() == 32 && ours != B3_TRACE.1, "{ours}");
    assert_eq!(set(&passed.request, "x-b3-sampled").as_deref(), Some("1"));
    assert_eq!(set(&passed.request, "traceparent"), None);
    let removed = removed(&passed.request);
    for (name, _) in client {
        assert!(removed.contains(&name.to_owned()), "{name}: {removed:?}");
    }
    assert!(passed.evidence.contains(&"client_trace=000000000000000064fe8b2a57d3eff7".to_owned()));
}
