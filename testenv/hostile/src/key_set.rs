//! Forged key sets in every form that somebody without the secret can make, and genuine values once more.

use jose::{KeyUse, RawKeys, SharedKeyNames, shared_key_names};
use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of the MAC before or after a value.
const MAC: [u8; 32] = [0; 32];

/// The end of time, so that no set is newer.
const FOR_EVER: [u8; 8] = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

/// Whose keys to forge, and with what.
#[derive(Deserialize)]
pub(crate) struct KeySet {
    keys: RawKeys,
    issuer: String,
    forged: Value,
    #[serde(skip)]
    names: Option<SharedKeyNames>,
    #[serde(skip)]
    forms: Vec<Vec<u8>>,
    /// What Watchword had written when it was first looked at.
    #[serde(skip)]
    genuine: [Option<Vec<u8>>; 2],
    #[serde(skip)]
    turn: usize,
}

impl KeySet {
    /// Whether there is anything to forge.
    pub(crate) fn prepare(&mut self) -> bool {
        self.names = shared_key_names(&self.keys, KeyUse::Signature, Some(&self.issuer));
        self.forms = forms(self.forged.to_string().as_bytes());
        self.names.is_some()
    }

    /// Write the next form.
    pub(crate) fn write(&mut self) {
        let Some(names) = &self.names else { return };
        for (name, genuine) in [&names.schedule, &names.set].into_iter().zip(&mut self.genuine) {
            let found = get_shared_data(name).ok().and_then(|(value, _)| value);
            if genuine.is_none() {
                *genuine = found.filter(|value| !self.forms.contains(value));
            }
            let choices = self.forms.iter().chain(genuine.as_ref());
            let count = choices.clone().count().max(1);
            if let Some(form) = choices.clone().nth(self.turn.checked_rem(count).unwrap_or_default()) {
                // Envoy never refuses a value that comes without a version.
                let _ = set_shared_data(name, Some(form), None);
            }
        }
        self.turn = self.turn.wrapping_add(1);
    }
}

fn forms(set: &[u8]) -> Vec<Vec<u8>> {
    vec![
        set.to_vec(),
        [&FOR_EVER, set].concat(),
        [&MAC, FOR_EVER.as_slice(), set].concat(),
        [&FOR_EVER, set, &MAC].concat(),
        Vec::new(),
        // The length of a schedule under its MAC.
        vec![0xff; 104],
        vec![b' '; 1 << 20],
    ]
}
