//! A hostile plugin that writes into the memory of the workers: it can have requests counted wrongly or refused, but
//! nobody passes who would not pass without it, and nobody passes for another.
//!
//! The input is what it writes between the reads, see `world/memory.rs`.

use contract::UnixTime;
use serde_json::{Value, json};

use crate::world::{
    Gateway, Outcome, Sent, SharedMemory, configuration, lean_configuration, sidecar_configuration, written,
};

/// The time of the requests.
const NOW: UnixTime = UnixTime::from_seconds(2_000_000_000);

/// Requests that the edge must not let pass; the first by its policies.
const REFUSED: [&str; 3] = [
    include_str!("../../seeds/request/suspended"),
    include_str!("../../seeds/request/nobody"),
    include_str!("../../seeds/request/expired"),
];

/// One that may pass, by Alice.
const READER: &str = include_str!("../../seeds/request/reader");

/// The same at a sidecar.
const REFUSED_INSIDE: [&str; 2] =
    [include_str!("../../seeds/sidecar/no_token"), include_str!("../../seeds/sidecar/unknown_workload")];
const READER_INSIDE: &str = include_str!("../../seeds/sidecar/reader");

thread_local! {
    static EDGE: Gateway = Gateway::compile(configuration().to_string().as_bytes()).expect("a good configuration");
    static DOCUMENTS: [String; 2] =
        [with_shared_keys(lean_configuration()), sealed(sidecar_configuration("w3c"))].map(|document| document.to_string());
}

/// See above.
pub fn property(data: &[u8]) {
    EDGE.with(|edge| {
        edge.memory().forget();
        edge.memory().let_others_write(data);
        check(edge, READER, &REFUSED);
    });
    DOCUMENTS.with(|[edge, sidecar]| {
        check_from_the_start(edge, data, READER, &REFUSED[1..]);
        check_from_the_start(sidecar, data, READER_INSIDE, &REFUSED_INSIDE);
    });
}

/// They write while the configuration is compiled, and afterwards.
fn check_from_the_start(document: &str, data: &[u8], reader: &str, refused: &[&str]) {
    let (before, after) = data.split_at(data.len() / 2);
    let memory = SharedMemory::default();
    memory.let_others_write(before);
    // A store that fails may refuse the configuration, with a message.
    let Ok(gateway) = Gateway::compile_beside(document.as_bytes(), memory) else { return };
    gateway.memory().let_others_write(after);
    assert!(gateway.due(NOW).len() <= 1, "asked more than once for the only thing that is fetched");
    check(&gateway, reader, refused);
}

fn check(gateway: &Gateway, reader: &str, refused: &[&str]) {
    for request in refused {
        if let Outcome::Allowed(_) = judge(gateway, request) {
            panic!("passed: {request}");
        }
    }
    if let Outcome::Allowed(allowed) = judge(gateway, reader) {
        let identity = allowed.handoff.identity.as_ref().expect("passed as nobody");
        assert_eq!(identity.facts().subject, "alice", "passed as another");
        assert!([None, Some("alice")].contains(&written(&allowed, "x-watchword-subject")));
    }
}

fn judge(gateway: &Gateway, request: &str) -> Outcome {
    let sent = Sent::read(request.as_bytes());
    gateway.judge_of(sent.peer.as_ref(), &sent.head().expect("a head"), sent.time())
}

/// The workers share what one of them fetches: the keys of an issuer whom nobody has reached yet, and whose tokens must not
/// pass.
fn with_shared_keys(mut document: Value) -> Value {
    let mut remote = document["jwt"]["providers"]["corp"].clone();
    remote["issuer"] = json!("https://remote.test");
    remote["keys"] = json!({ "remote": { "cluster": "idp", "authority": "idp.test", "path": "/keys" } });
    document["jwt"]["providers"]["remote"] = remote;
    document["jwt"]["key_sharing"] = json!({ "secret": "ANY" });
    document["routes"][1]["authenticate"] = json!({ "any_of": ["corp", "remote"] });
    document
}

fn sealed(mut document: Value) -> Value {
    document["identity"]["registry"] = json!({ "secret": "ANY" });
    document
}
