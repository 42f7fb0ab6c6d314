//! Slots of the registry of traces: written over, or with other bytes in the place of some.

use std::collections::BTreeMap;

use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};
use serde::Deserialize;

/// What to do with the slots.
#[derive(Deserialize)]
pub(crate) struct Slots {
    /// Their names, up to the number.
    prefix: String,
    count: u16,
    /// Values of single slots.
    #[serde(default)]
    write: BTreeMap<u16, Vec<u8>>,
    /// What to put in the place of what, in every slot.
    #[serde(default)]
    replace: Option<[Vec<u8>; 2]>,
}

impl Slots {
    /// Do it.
    pub(crate) fn write(&self) {
        for number in 0..self.count {
            let name = format!("{}/{number}", self.prefix);
            let Ok((Some(found), version)) = get_shared_data(&name) else { continue };
            let written = self.write.get(&number).cloned().or_else(|| self.replaced(&found));
            if let Some(value) = written.filter(|value| *value != found) {
                // Who comes between is served on the next tick.
                let _ = set_shared_data(&name, Some(&value), version);
            }
        }
    }

    fn replaced(&self, value: &[u8]) -> Option<Vec<u8>> {
        let [from, to] = self.replace.as_ref()?;
        let at = value.windows(from.len()).position(|window| window == from)?;
        let (before, rest) = value.split_at_checked(at)?;
        Some([before, to, rest.get(from.len()..)?].concat())
    }
}
