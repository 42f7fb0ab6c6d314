//! Access logs of the Envoys: who decided what about a request.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde::Deserialize;
use serde_json::Value;

/// How long an entry may take to be written: Envoys are started to write at once.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often is looked.
const POLL: Duration = Duration::from_millis(10);

/// The access log of one Envoy.
#[derive(Debug, Clone)]
pub struct AccessLog {
    path: PathBuf,
}

/// One line of it. What the proxy did not know is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    /// Of the request, across proxies.
    pub request_id: Option<String>,
    /// The trace it belongs to.
    pub traceparent: Option<String>,
    /// Without query.
    pub path: Option<String>,
    /// HTTP/1.1 or HTTP/2.
    pub protocol: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// `watchword_<stage>_<reason>` when Watchword refused; else Envoy's own words.
    pub details: Option<String>,
    /// Watchword's record of its decision, JSON.
    pub decision: Option<String>,
    /// The cluster that it was sent to.
    pub upstream: Option<String>,
    /// The verified user, where the log prints what Watchword tells in filter state.
    pub subject: Option<String>,
    /// The provider that vouches for the user.
    pub provider: Option<String>,
    /// The verified workload.
    pub caller: Option<String>,
    /// The transaction of the internal token.
    pub txn: Option<String>,
}

impl Entry {
    /// Stage and reason, when Watchword refused.
    pub fn refusal(&self) -> Option<(&str, &str)> {
        self.details.as_deref()?.strip_prefix("watchword_")?.split_once('_')
    }

    /// The id of the trace it belongs to (Trace Context §3.2.2.3).
    pub fn trace_id(&self) -> Option<&str> {
        self.traceparent.as_deref()?.split('-').nth(1)
    }

    /// Watchword's record of its decision; `null` when it has left none.
    pub fn decision(&self) -> Value {
        let text = self.decision.as_deref().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }
}

impl AccessLog {
    /// The log in this file, which need not exist yet.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All entries so far.
    pub fn entries(&self) -> Vec<Entry> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// The entry of the request with this id, once it is written.
    pub fn by_request_id(&self, id: &str) -> Option<Entry> {
        self.wait_for(|entry| entry.request_id.as_deref() == Some(id))
    }

    /// The first entry that is wanted, once it is written.
    pub fn wait_for(&self, wanted: impl Fn(&Entry) -> bool) -> Option<Entry> {
        self.wait(|entries| entries.find(&wanted))
    }

    /// The entry after `n` others, once it is written.
    pub fn wait_for_nth(&self, n: usize) -> Option<Entry> {
        self.wait(|entries| entries.nth(n))
    }

    fn wait(&self, find: impl Fn(&mut std::vec::IntoIter<Entry>) -> Option<Entry>) -> Option<Entry> {
        let start = Instant::now();
        loop {
            let found = find(&mut self.entries().into_iter());
            if found.is_some() || start.elapsed() > PATIENCE {
                return found;
            }
            thread::sleep(POLL);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Entry {
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn a_refusal_has_stage_and_reason() {
        let refused = entry(r#"{"status":401,"details":"watchword_jwt_signature_invalid","extra":1}"#);
        assert_eq!(refused.refusal(), Some(("jwt", "signature_invalid")));
        let forwarded =
            entry(r#"{"status":200,"details":"via_upstream","decision":"{\"stage\":\"authz\"}"}"#);
        assert_eq!(forwarded.refusal(), None);
        assert_eq!(forwarded.decision()["stage"], "authz");
    }
}
