//! One plugin in one VM: what its root context and its streams share.

use contract::{Cause, Head, Refusal, StageName, UnixTime};
use pipeline::{Chain, Handoff, Pipeline, Record, Refused, Step};

use crate::abi::{self, Failed, Map};
use crate::metrics::Metrics;
use crate::surroundings::env;
use crate::waiting::WaitingRoom;

/// The configured pipeline, if there is one, with what surrounds it.
#[derive(Default)]
pub(crate) struct Plugin {
    /// `None` until a configuration was accepted: then every request is refused.
    pub(crate) pipeline: Option<Pipeline>,
    pub(crate) metrics: Metrics,
    pub(crate) waiting_room: WaitingRoom,
}

/// Where the identity is handed on: filter state, which clients cannot reach.
const HANDOFF: &str = "watchword.identity";

/// The protection space of challenges when there is no configuration to name one.
const DEFAULT_REALM: &str = "watchword";

impl Plugin {
    pub(crate) fn realm(&self) -> &str {
        self.pipeline.as_ref().map_or(DEFAULT_REALM, Pipeline::realm)
    }

    /// Decide on the request whose headers the proxy holds now.
    pub(crate) fn decide(&self, head: &Head, now: UnixTime) -> Step {
        match &self.pipeline {
            Some(pipeline) => pipeline.begin(head, self.handed_on(), &env(now)),
            None => self.refuse(head, Cause::NotConfigured, "not_configured"),
        }
    }

    /// A refusal that no stage has made.
    pub(crate) fn refuse(&self, head: &Head, cause: Cause, reason: &'static str) -> Step {
        let refusal = Refusal::new(StageName::Host, cause, reason);
        let record = Record::refused(head, None, None, &refusal);
        Step::Refuse(Box::new(Refused { refusal, at_end: Vec::new(), record }))
    }

    /// Hand the verified identity to the next module. Only a link of a chain does.
    pub(crate) fn hand_on(&self, handoff: &Handoff) -> Result<(), Failed> {
        match self.is_link() {
            true => abi::set_property(HANDOFF, &handoff.write()),
            false => Ok(()),
        }
    }

    fn handed_on(&self) -> Handoff {
        let state = format!("wasm.{HANDOFF}");
        match self.is_link() {
            true => abi::property(&["filter_state", &state])
                .map(|bytes| Handoff::read(&bytes))
                .unwrap_or_default(),
            false => Handoff::default(),
        }
    }

    fn is_link(&self) -> bool {
        self.pipeline.as_ref().is_some_and(|pipeline| pipeline.chain() == Chain::Link)
    }
}

/// The head of the current request. A head that cannot be read, or exceeds a bound, is an empty one and
/// the refusal that it leads to.
pub(crate) fn request_head() -> Result<Head, (Cause, &'static str)> {
    match abi::headers(Map::Request) {
        Ok(Ok(head)) => Ok(head),
        Ok(Err(_)) => Err((Cause::RequestMalformed, "head_too_large")),
        Err(Failed(_)) => Err((Cause::Unavailable { retry_after: RETRY }, "head_unreadable")),
    }
}

/// When to come again after a fault of the host: the time a VM takes to be replaced.
pub(crate) const RETRY: contract::Duration = contract::Duration::from_secs(1);
