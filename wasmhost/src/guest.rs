//! The state that the proxy keeps for one VM.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::stream::Stream;
use crate::{Faults, Headers, Proxy, Status, Violation};

/// A call that a module has started and that has not ended yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callout {
    /// Its number.
    pub token: u32,
    /// The cluster, as bytes: Envoy takes a name or a serialized target.
    pub cluster: Vec<u8>,
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// The most that it may take.
    pub timeout: Duration,
    pub(crate) context: u32,
}

/// A gRPC call that a module has started and that has not ended yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Its number.
    pub token: u32,
    /// The target, as bytes: Envoy takes a name or a serialized target.
    pub target: Vec<u8>,
    /// The full name of the service.
    pub service: String,
    /// The method.
    pub method: String,
    /// The message.
    pub message: Vec<u8>,
    /// The most that it may take.
    pub timeout: Duration,
}

/// The answer to a callout.
#[derive(Debug, Default, Clone)]
pub struct CalloutAnswer {
    /// The header fields.
    pub headers: Headers,
    /// The body.
    pub body: Vec<u8>,
    /// The trailers.
    pub trailers: Headers,
}

impl CalloutAnswer {
    /// An answer with a status and a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let headers = [(":status", status.to_string())].into_iter().collect();
        Self { headers, body: body.into(), trailers: Headers::new() }
    }
}

/// What hostcalls work on.
#[derive(Debug)]
pub(crate) struct Guest {
    pub(crate) proxy: Proxy,
    pub(crate) faults: Faults,
    /// `NAME=value`.
    pub(crate) environment: Vec<String>,
    /// The configuration that a root context is given at this moment, and which one.
    pub(crate) configuring: Option<(u32, Vec<u8>)>,
    pub(crate) tick: Option<Duration>,
    pub(crate) callouts: BTreeMap<u32, Callout>,
    pub(crate) callout_answer: Option<CalloutAnswer>,
    pub(crate) questions: BTreeMap<u32, Question>,
    pub(crate) grpc_message: Option<Vec<u8>>,
    pub(crate) streams: BTreeMap<u32, Stream>,
    pub(crate) roots: Vec<u32>,
    /// The context that hostcalls speak for.
    pub(crate) effective: u32,
    /// What was written to standard output and error and is no whole line yet.
    pub(crate) unfinished_line: Vec<u8>,
    pub(crate) next_token: u32,
    /// What no request may be done, in order.
    pub(crate) violations: Vec<Violation>,
}

impl Guest {
    pub(crate) fn new(proxy: Proxy, environment: Vec<String>) -> Self {
        Self {
            proxy,
            environment,
            faults: Faults::default(),
            configuring: None,
            tick: None,
            callouts: BTreeMap::new(),
            callout_answer: None,
            questions: BTreeMap::new(),
            grpc_message: None,
            streams: BTreeMap::new(),
            roots: Vec::new(),
            effective: 0,
            unfinished_line: Vec::new(),
            next_token: 1,
            violations: Vec::new(),
        }
    }

    /// The stream that hostcalls speak for now.
    pub(crate) fn stream(&mut self) -> Result<&mut Stream, Status> {
        self.streams.get_mut(&self.effective).ok_or(Status::BAD_ARGUMENT)
    }

    /// The plugin's configuration. Envoy has it for the root context that it configures, and only then.
    pub(crate) fn plugin_configuration(&self) -> Option<&Vec<u8>> {
        let configuring = self.configuring.as_ref().filter(|(root, _)| *root == self.effective);
        configuring.map(|(_, configuration)| configuration)
    }

    pub(crate) fn has_context(&self, context: u32) -> bool {
        self.roots.contains(&context) || self.streams.contains_key(&context)
    }
}
