//! What an issuer answers that is asked where its keys lie, and for them: no other place is asked, and no token passes but
//! under a key that was sent.
//!
//! The input is the metadata in one line, and behind it the key set.

use contract::{Fetch, Head, Reply, UnixTime};
use serde_json::{Value, json};

use crate::world::{Gateway, ISSUER, Issuer, Outcome, lean_configuration};

/// The time of the token.
const NOW: UnixTime = UnixTime::from_seconds(2_000_000_000);

/// Where the operator has said that keys may lie.
const PLACE: [&str; 2] = ["idp-keys", "keys.idp.test"];

thread_local! {
    static DOCUMENT: String = discovering(lean_configuration()).to_string();
    static HEAD: Head = reader();
}

/// See above.
pub fn property(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (metadata, keys) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let gateway =
        DOCUMENT.with(|document| Gateway::compile(document.as_bytes())).expect("a good configuration");
    let first = gateway.due(NOW).pop().expect("a fetch");
    assert_eq!(first.authority, "idp.test");
    gateway.fetched(&first, Ok(Reply::untagged(metadata)), NOW);
    let second = gateway.due(NOW);
    assert!(second.len() <= 1, "asked twice at once");
    let is_sent = second.first().is_some_and(|second| answer(&gateway, second, metadata, keys));
    if let Outcome::Allowed(_) = HEAD.with(|head| gateway.judge(head, NOW)) {
        assert!(is_sent, "passed under a key that was not sent");
    }
}

/// Whether the key of the token is among those that were sent.
fn answer(gateway: &Gateway, fetch: &Fetch, metadata: &[u8], keys: &[u8]) -> bool {
    assert_eq!([&*fetch.cluster, &*fetch.authority], PLACE, "asked elsewhere");
    assert!(fetch.path.starts_with('/') && fetch.path.bytes().all(|byte| byte.is_ascii_graphic()));
    let metadata: Value = serde_json::from_slice(metadata).expect("taken, but no JSON");
    assert_eq!(metadata["issuer"], ISSUER, "the metadata of another issuer");
    gateway.fetched(fetch, Ok(Reply::untagged(keys)), NOW);
    let keys: Value = serde_json::from_slice(keys).unwrap_or_default();
    let x = &Issuer::new().jwk()["x"];
    keys["keys"].as_array().is_some_and(|keys| keys.iter().any(|key| key["x"] == *x))
}

fn discovering(mut document: Value) -> Value {
    let [cluster, authority] = PLACE;
    document["jwt"]["providers"]["corp"]["keys"] = json!({ "discovery": {
        "cluster": "idp", "authority": "idp.test", "jwks": { "cluster": cluster, "authority": authority },
    } });
    document
}

fn reader() -> Head {
    let sent = crate::world::Sent::read(include_bytes!("../../seeds/request/reader"));
    sent.head().expect("a head")
}
