//! What it writes: forged key sets in every form that somebody without the secret can make, and genuine
//! values once more.

use std::time::Duration;

use jose::{KeyUse, RawKeys, SharedKeyNames, shared_key_names};
use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};
use serde::Deserialize;
use serde_json::Value;

/// As often as a proxy can.
const TICK: Duration = Duration::from_millis(1);

/// Bytes of the MAC before or after a value.
const MAC: [u8; 32] = [0; 32];

/// The end of time, so that no set is newer.
const FOR_EVER: [u8; 8] = [0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::new(Root::default()));
}}

/// Whose keys to forge, and with what.
#[derive(Deserialize)]
struct Target {
    keys: RawKeys,
    issuer: String,
    forged: Value,
}

#[derive(Default)]
struct Root {
    names: Option<SharedKeyNames>,
    forms: Vec<Vec<u8>>,
    /// What Watchword had written when it was first looked at.
    genuine: [Option<Vec<u8>>; 2],
    turn: usize,
}

struct Stream;

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        let bytes = self.get_plugin_configuration().unwrap_or_default();
        let Ok(target) = serde_json::from_slice::<Target>(&bytes) else { return false };
        self.names = shared_key_names(&target.keys, KeyUse::Signature, Some(&target.issuer));
        self.forms = forms(target.forged.to_string().as_bytes());
        self.set_tick_period(TICK);
        self.names.is_some()
    }

    fn on_tick(&mut self) {
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

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Stream {}

impl HttpContext for Stream {}

fn forms(set: &[u8]) -> Vec<Vec<u8>> {
    vec![
        set.to_vec(),
        [&FOR_EVER, set].concat(),
        [&MAC, FOR_EVER.as_slice(), set].concat(),
        [&FOR_EVER, set, &MAC].concat(),
        Vec::new(),
        // The length of a schedule under its MAC.
        vec![0xff; 64],
        vec![b' '; 1 << 20],
    ]
}
