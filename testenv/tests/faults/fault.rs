//! The ways in which the endpoint of an issuer fails.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::Behaviour;
use testenv::issuer::{Algorithm, Key};

/// Longer than any fetch may take.
const SLOW: Duration = Duration::from_secs(10);

/// Between the bytes of an answer that never ends.
const TRICKLE: Duration = Duration::from_millis(100);

/// More than the bound of a key set (512 KiB).
const TOO_LONG: usize = 600 * 1024;

/// More than Envoy buffers of the answer to a callout (32 MiB).
const HUGE: usize = 34 * 1000 * 1000;

/// More than the bound of keys in a set (128), in few enough bytes to be looked at.
const TOO_MANY: usize = 10_000;

/// One of them, named. Its name is that of a provider, too, whose keys are at a path of their own.
pub struct Fault {
    /// Of the case, and of the provider that suffers.
    pub name: &'static str,
    /// What the endpoint does.
    pub behaviour: Behaviour,
    /// The last word of the counter of failed fetches; none where the answer is a usable set.
    pub reason: Option<&'static str>,
}

/// Keys for the sets of these faults: no token by them may pass, unless the set is one to be used.
pub struct Material {
    /// Stands in every set, sound and named.
    pub next: Key,
    /// Of another, under the same name.
    twin: Key,
    /// A secret, in the set with a symmetric key.
    pub secret: [u8; 32],
}

impl Material {
    /// New keys.
    pub fn new() -> std::io::Result<Self> {
        let next = Key::generate(Algorithm::Es256, "next-1")?;
        let twin = Key::generate(Algorithm::Es256, "next-1")?;
        Ok(Self { next, twin, secret: [7; 32] })
    }

    /// All faults.
    pub fn faults(&self) -> Vec<Fault> {
        let answer = |document: String| Behaviour::Answer(200, document.into());
        let next = self.next.public_jwk();
        let set = |keys: Vec<Value>| json!({ "keys": keys }).to_string();
        let sound = set(vec![next.clone()]);
        let truncated = sound[..sound.len() - 2].to_owned();
        let padded = |bytes| json!({ "keys": [&next], "padding": "x".repeat(bytes) }).to_string();
        let many = |count, key: Value| set([vec![next.clone()], vec![key; count]].concat());
        let fault = |name, reason, behaviour| Fault { name, behaviour, reason: Some(reason) };
        let malformed = "key_set_malformed";
        vec![
            // Envoy answers in the place of a server that has not even sent a head.
            fault("down", "fetch_status", Behaviour::Close),
            fault("slow", "fetch_status", Behaviour::Delay(SLOW)),
            fault("never-ending", "fetch_no_answer", Behaviour::Trickle(TRICKLE)),
            fault("html", malformed, answer("<!doctype html><title>Sign in</title>".to_owned())),
            fault("no-member-keys", malformed, answer("{}".to_owned())),
            fault("no-keys", "key_set_no_usable_key", answer(set(vec![]))),
            fault("truncated", malformed, answer(truncated)),
            fault("status-500-with-keys", "fetch_status", Behaviour::Answer(500, sound.into())),
            Fault { name: "one-good-of-51", behaviour: answer(set(self.one_good())), reason: None },
            fault("symmetric", "key_set_symmetric_key", answer(set(vec![next.clone(), self.symmetric()]))),
            fault(
                "conflicting",
                "key_set_conflicting_keys",
                answer(set(vec![next.clone(), self.twin.public_jwk()])),
            ),
            fault("600-kib", "fetch_too_large", answer(padded(TOO_LONG))),
            fault("34-mb", "fetch_no_answer", answer(padded(HUGE))),
            fault("10000-keys", "key_set_too_many_keys", answer(many(TOO_MANY, json!({ "kty": "EC" })))),
        ]
    }

    fn symmetric(&self) -> Value {
        json!({ "kty": "oct", "kid": "secret-1", "alg": "HS256", "k": URL_SAFE_NO_PAD.encode(self.secret) })
    }

    /// Fifty that are unsound or for something else, and one that is neither.
    fn one_good(&self) -> Vec<Value> {
        let next = self.next.public_jwk();
        let with = |member: &str, value: Value| {
            let mut key = next.clone();
            key["kid"] = json!(format!("bad-{member}"));
            key[member] = value;
            key
        };
        let bad = [
            with("use", json!("enc")),
            with("y", json!(URL_SAFE_NO_PAD.encode([1; 32]))),
            with("crv", json!("P-257")),
            with("kty", json!("XY")),
            json!({ "kty": "RSA", "kid": "bad-short", "n": "AQAB", "e": "AQAB" }),
        ];
        let bad = bad.iter().cycle().take(50).cloned();
        bad.chain([next.clone()]).collect()
    }
}
