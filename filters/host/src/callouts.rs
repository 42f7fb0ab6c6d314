//! Documents fetched for the stages, on the tick.

use std::cell::RefCell;
use std::collections::HashMap;

use contract::{EntityTag, Fetch, FetchError, FetchId, Head, Reply};

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
    /// Whether it has named what is there already.
    is_conditional: bool,
}

/// What a call has brought.
pub(crate) enum Brought {
    Body { bytes: Vec<u8>, etag: Option<EntityTag> },
    Unchanged,
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
        let condition = fetch.if_none_match.as_ref().map(|tag| ("if-none-match", tag.as_str()));
        let headers: Vec<_> = headers.into_iter().chain(condition).collect();
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
        let Fetch { id, cluster, max_bytes, if_none_match, .. } = fetch;
        let is_conditional = if_none_match.is_some();
        Self { stage, id: *id, cluster: cluster.clone(), max_bytes: *max_bytes, is_conditional }
    }

    /// What the call has brought. Without headers it has failed, and asking for them would too.
    pub(crate) fn outcome(&self, answer: Answer) -> Result<Brought, FetchError> {
        if answer.headers == 0 {
            return Err(FetchError::NoAnswer);
        }
        let Ok(Ok(head)) = abi::headers(Map::Callout) else { return Err(FetchError::NoAnswer) };
        match status(&head) {
            Some(200) if answer.body > self.max_bytes => Err(FetchError::TooLarge),
            Some(200) => body(&head, answer.body),
            Some(304) if self.is_conditional => Ok(Brought::Unchanged),
            Some(status) => Err(FetchError::Status(status)),
            None => Err(FetchError::NoAnswer),
        }
    }
}

impl Brought {
    pub(crate) fn reply(&self) -> Reply<'_> {
        match self {
            Self::Body { bytes, etag } => Reply::Body { bytes, etag: etag.as_ref() },
            Self::Unchanged => Reply::Unchanged,
        }
    }
}

fn status(head: &Head) -> Option<u16> {
    let status = head.single(":status").ok()??;
    std::str::from_utf8(status).ok()?.parse().ok()
}

/// The body, with the tag that the origin gives it, if it is one tag.
fn body(head: &Head, length: usize) -> Result<Brought, FetchError> {
    let etag = head.single("etag").ok().flatten().and_then(EntityTag::parse);
    let bytes = abi::buffer(Buffer::CalloutBody, length).map_err(|Failed(_)| FetchError::NoAnswer)?;
    Ok(Brought::Body { bytes, etag })
}
