//! Secrets, where those of the proxy are not at hand.

use std::cell::RefCell;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use contract::{Entropy, Secrets};
use serde_json::Value;

use crate::surroundings::{ProcessSecrets, SystemEntropy};

/// What an Ed25519 key in PKCS#8 begins with (RFC 8410 §7). The 32 bytes of the key follow.
const ED25519: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// The bytes of a random secret: enough for HS512 (RFC 7518 §3.2).
const SECRET_BYTES: usize = 64;

/// The secrets of this process, and for one that it has not a fresh one that would do: a configuration can be judged
/// where its secrets must not be. Remembers which were asked for.
pub(super) struct StandIns {
    asked: RefCell<BTreeSet<String>>,
    encoded: BTreeSet<String>,
}

impl StandIns {
    /// For a configuration.
    pub(super) fn for_configuration(configuration: &Value) -> Self {
        let mut encoded = BTreeSet::new();
        collect_encoded(configuration, &mut encoded);
        Self { asked: RefCell::default(), encoded }
    }

    /// The secrets that were asked for.
    pub(super) fn asked(self) -> BTreeSet<String> {
        self.asked.into_inner()
    }

    fn fresh(&self, name: &str) -> Option<String> {
        let mut random = [0_u8; SECRET_BYTES];
        SystemEntropy.fill(&mut random).ok()?;
        if self.encoded.contains(name) {
            return Some(URL_SAFE_NO_PAD.encode(random));
        }
        // A private key that is as good a secret as any: which of them is wanted does not show in a name.
        let key = ED25519.iter().chain(random.iter().take(32)).copied().collect::<Vec<u8>>();
        let label = "PRIVATE KEY";
        Some(format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(key)))
    }
}

impl Secrets for StandIns {
    fn secret(&self, name: &str) -> Option<String> {
        self.asked.borrow_mut().insert(name.to_owned());
        ProcessSecrets.secret(name).or_else(|| self.fresh(name))
    }
}

/// Names of secrets that are written in base64url.
fn collect_encoded(value: &Value, names: &mut BTreeSet<String>) {
    if let Value::Object(members) = value {
        let name = members.get("name").and_then(Value::as_str);
        let is_encoded = members.get("encoding").and_then(Value::as_str) == Some("base64url");
        names.extend(name.filter(|_| is_encoded).map(str::to_owned));
        members.values().for_each(|member| collect_encoded(member, names));
    }
    if let Value::Array(items) = value {
        items.iter().for_each(|item| collect_encoded(item, names));
    }
}
