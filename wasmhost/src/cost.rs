//! What callbacks have cost, in figures that are the same on every machine.

use std::collections::BTreeMap;

/// Instructions and hostcalls. With the same module, the same proxy and the same callbacks it is the same in every
/// run: the interpreter's fuel knows no clock, and what it counts changes with the interpreter's version alone.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cost {
    pub(crate) callbacks: BTreeMap<&'static str, u64>,
    pub(crate) hostcalls: BTreeMap<String, usize>,
}

impl Cost {
    /// Units of fuel, which is about one per instruction of wasm, and one per 64 bytes that an instruction
    /// copies. What the proxy does in a hostcall is not in it.
    pub fn fuel(&self) -> u64 {
        self.callbacks.values().sum()
    }

    /// How many hostcalls were made.
    pub fn calls(&self) -> usize {
        self.hostcalls.values().sum()
    }

    /// Fuel by exported callback; `instantiate` is what an instance takes before the first.
    pub const fn callbacks(&self) -> &BTreeMap<&'static str, u64> {
        &self.callbacks
    }

    /// How often each hostcall was made, by name, calls of WASI among them.
    pub const fn hostcalls(&self) -> &BTreeMap<String, usize> {
        &self.hostcalls
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (name, fuel) in &other.callbacks {
            *self.callbacks.entry(name).or_default() += fuel;
        }
        for (name, calls) in &other.hostcalls {
            *self.hostcalls.entry(name.clone()).or_default() += calls;
        }
        self
    }
}
