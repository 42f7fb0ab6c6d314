//! Documents fetched for the stages, on the tick.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::{Fetch, FetchError, FetchId};

use crate::abi::{self, Answer, Buffer, Failed, Level, Map};

/// Calls under way, by the number that the proxy gave them.
#[derive(Default)]
pub(crate) struct Callouts {
    under_way: RefCell<HashMap<u32, Ticket>>,
}

/// Whose call it is, and what it may bring.
#[derive(Clone)]
pub(crate) struct Ticket {
    pub(crate) stage: usize,
    pub(crate) id: FetchId,
    /// Where it goes, for the log.
    pub(crate) cluster: String,
    max_bytes: usize,
}

impl Callouts {
    /// Start a fetch.
    pub(crate) fn start(&self, fetch: &Fetch, ticket: Ticket) -> Result<(), FetchError> {
        if !abi::is_sealed() {
            abi::log(
                Level::Error,
                "watchword: nothing is fetched: this module was not built by scripts/build",
            );
            return Err(FetchError::NotStarted);
        }
        let headers = [
            (":method", "GET"),
            (":path", fetch.path.as_str()),
            (":authority", fetch.authority.as_str()),
            ("accept", "application/json"),
        ];
        match abi::call(&fetch.cluster, &headers, fetch.timeout) {
            Ok(token) => {
                self.under_way.borrow_mut().insert(token, ticket);
                Ok(())
            }
            Err(Failed(_)) => Err(FetchError::NotStarted),
        }
    }

    /// The ticket of a call that has ended.
    pub(crate) fn ended(&self, token: u32) -> Option<Ticket> {
        self.under_way.borrow_mut().remove(&token)
    }
}

impl Ticket {
    /// The ticket of a fetch for the stage of this number.
    pub(crate) fn new(stage: usize, fetch: &Fetch) -> Self {
        Self { stage, id: fetch.id, cluster: fetch.cluster.clone(), max_bytes: fetch.max_bytes }
    }

    /// What the call has brought. Without headers it has failed, and asking for them would too.
    pub(crate) fn outcome(&self, answer: Answer) -> Result<Vec<u8>, FetchError> {
        if answer.headers == 0 {
            return Err(FetchError::NoAnswer);
        }
        match status() {
            Some(200) if answer.body > self.max_bytes => Err(FetchError::TooLarge),
            Some(200) => {
                abi::buffer(Buffer::CalloutBody, answer.body).map_err(|Failed(_)| FetchError::NoAnswer)
            }
            Some(status) => Err(FetchError::Status(status)),
            None => Err(FetchError::NoAnswer),
        }
    }
}

fn status() -> Option<u16> {
    let head = abi::headers(Map::Callout).ok()?.ok()?;
    let status = head.single(":status").ok()??;
    std::str::from_utf8(status).ok()?.parse().ok()
}
