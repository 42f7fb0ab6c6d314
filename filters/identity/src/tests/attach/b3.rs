//! Traces in B3.

use super::*;

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
