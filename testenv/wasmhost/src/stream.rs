//! One request and its response, as far as the proxy has them.

use std::collections::BTreeMap;

use crate::{Action, Headers, Outcome, Reply, Request};

/// The half of a context that a request has beyond the root's.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) request: Half,
    pub(crate) response: Half,
    pub(crate) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) filter_state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) reply: Option<Reply>,
    decided: Option<Action>,
}

/// Headers, body and trailers of one direction. Each is lent to the module for as long as Envoy does: from
/// its callback until the message goes on.
#[derive(Debug, Default)]
pub(crate) struct Half {
    pub(crate) headers: Headers,
    pub(crate) trailers: Option<Headers>,
    pub(crate) body: Option<Vec<u8>>,
    headers_lent: bool,
}

impl Stream {
    pub(crate) fn new(request: Request) -> Self {
        let half = Half { headers: request.headers, ..Half::default() };
        Self { request: half, properties: request.properties.into_iter().collect(), ..Self::default() }
    }

    /// The module was asked about the request's headers, or has let them go on later.
    pub(crate) fn decide(&mut self, action: Action) {
        self.decided = Some(action);
        if action == Action::Continue {
            self.request.take_back();
        }
    }

    pub(crate) fn outcome(&self) -> Outcome {
        match (&self.reply, self.decided) {
            (Some(reply), _) => Outcome::Replied(reply.clone()),
            (None, Some(Action::Continue)) => Outcome::Forwarded { headers: self.request.headers.clone() },
            (None, Some(Action::Pause) | None) => Outcome::Paused,
        }
    }

    /// A property of the connection or the request, or one that was written: by its short name, or by its
    /// name in the filter state.
    pub(crate) fn property(&self, path: &[u8]) -> Option<&Vec<u8>> {
        let written = path.strip_prefix(b"filter_state\0wasm.").unwrap_or(path);
        self.properties.get(path).or_else(|| self.filter_state.get(written))
    }
}

impl Half {
    pub(crate) fn lend(&mut self) {
        self.headers_lent = true;
    }

    pub(crate) fn take_back(&mut self) {
        self.headers_lent = false;
    }

    pub(crate) fn lent_headers(&mut self) -> Option<&mut Headers> {
        self.headers_lent.then_some(&mut self.headers)
    }
}
