//! What the workers of one proxy share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use crate::Status;
use crate::queues::Queues;
use crate::shared_data::SharedData;

/// One proxy process. Its clones are the same proxy.
#[derive(Debug, Default, Clone)]
pub struct Proxy(Arc<Mutex<State>>);

/// A function of the proxy, in the form of `proxy_call_foreign_function`: bytes in, bytes out.
pub type ForeignFunction = fn(&[u8]) -> Result<Vec<u8>, Status>;

/// A line that a module has logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// 0 trace, 1 debug, 2 info, 3 warn, 4 error, 5 critical.
    pub level: u32,
    /// The text.
    pub text: String,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) now: u64,
    pub(crate) shared: SharedData,
    pub(crate) queues: Queues,
    pub(crate) log: Vec<LogLine>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) functions: BTreeMap<Vec<u8>, ForeignFunction>,
    random: u64,
}

/// A counter, gauge or histogram; a histogram is the last value it was given.
#[derive(Debug)]
pub(crate) struct Metric {
    pub(crate) kind: u32,
    pub(crate) name: String,
    pub(crate) value: u64,
}

impl Proxy {
    /// A proxy without memory, at `now` nanoseconds since the epoch.
    pub fn new(now: u64) -> Self {
        let proxy = Self::default();
        proxy.state().now = now;
        proxy
    }

    /// Let time pass.
    pub fn advance(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let mut state = self.state();
        state.now = state.now.saturating_add(nanos);
    }

    /// Set the clock, also back.
    pub fn set_time(&self, now: u64) {
        self.state().now = now;
    }

    /// Offer modules a function; without, the proxy has none of that name.
    pub fn offer(&self, name: &str, function: ForeignFunction) {
        self.state().functions.insert(name.as_bytes().to_vec(), function);
    }

    /// All lines logged so far, by all workers.
    pub fn log(&self) -> Vec<LogLine> {
        self.state().log.clone()
    }

    /// Forget all lines logged so far.
    pub fn clear_log(&self) {
        self.state().log.clear();
    }

    /// Every metric with its value.
    pub fn metrics(&self) -> BTreeMap<String, u64> {
        let state = self.state();
        state.metrics.iter().map(|metric| (metric.name.clone(), metric.value)).collect()
    }

    /// A value of the shared data.
    pub fn shared(&self, key: &str) -> Option<Vec<u8>> {
        self.state().shared.get(key.as_bytes()).map(|(value, _)| value.clone())
    }

    /// Write a value of the shared data, as another plugin of the same proxy could.
    pub fn set_shared(&self, key: &str, value: &[u8]) {
        // Version 0 never conflicts.
        let _ = self.state().shared.set(key.as_bytes(), value, 0);
    }

    /// How many keys the shared data has.
    pub fn shared_keys(&self) -> usize {
        self.state().shared.len()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// Bytes that are the same in every run and never repeat within one: SplitMix64, counted through.
    pub(crate) fn random(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            bytes.extend((mixed ^ (mixed >> 31)).to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}
