//! The proxy as the environment of decisions, as far as a local limit asks it.

use std::cell::RefCell;

use contract::{Conflict, Entropy, EntropyError, Entry, Meter, Store, StoreError, Version};
use proxy_wasm::hostcalls::{
    define_metric, get_shared_data, increment_metric, record_metric, set_shared_data,
};
use proxy_wasm::types::{MetricType, Status};

use crate::named_metrics::NamedMetrics;

/// The memory that the workers share.
pub(crate) struct SharedData;

/// No randomness: what is measured does not depend on it.
pub(crate) struct Same;

/// The metrics of the proxy, by event and by what the configuration calls it.
#[derive(Default)]
pub(crate) struct Metrics(RefCell<NamedMetrics>);

impl Store for SharedData {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        match get_shared_data(key) {
            Ok((Some(value), version)) => {
                Ok(Some(Entry { value, version: version.map_or(Version::ABSENT, Version) }))
            }
            Ok((None, _)) => Ok(None),
            Err(_) => Err(StoreError::Failed),
        }
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        match set_shared_data(key, Some(value), Some(expected.0).filter(|version| *version != 0)) {
            Ok(()) => Ok(()),
            Err(Status::CasMismatch) => Err(Conflict::Changed),
            Err(_) => Err(Conflict::Failed),
        }
    }
}

impl Entropy for Same {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), EntropyError> {
        buffer.fill(7);
        Ok(())
    }
}

impl Meter for Metrics {
    fn count(&self, event: &'static str) {
        self.count_of(event, "", 1);
    }

    fn count_of(&self, event: &'static str, of: &str, events: u64) {
        if let Some(id) = self.id(MetricType::Counter, event, of) {
            // A count that is lost is nothing that a request should know.
            let _ = increment_metric(id, i64::try_from(events).unwrap_or(i64::MAX));
        }
    }

    fn observe(&self, event: &'static str, of: &str, value: u64) {
        if let Some(id) = self.id(MetricType::Histogram, event, of) {
            let _ = record_metric(id, value);
        }
    }
}

impl Metrics {
    fn id(&self, kind: MetricType, event: &'static str, of: &str) -> Option<u32> {
        let known = self.0.borrow().find(event, of);
        known.or_else(|| {
            let id = define_metric(kind, &format!("limitbench.{event}.{of}")).ok()?;
            self.0.borrow_mut().insert(event, of, id);
            Some(id)
        })
    }
}
