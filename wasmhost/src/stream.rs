//! One request and its response, as far as the proxy has them.

use std::collections::BTreeMap;

use crate::{Action, Headers, Outcome, Reply, Request, Violation};

/// The half of a context that a request has beyond the root's.
#[derive(Debug, Default)]
pub(crate) struct Stream {
    pub(crate) request: Half,
    pub(crate) response: Half,
    pub(crate) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) filter_state: BTreeMap<Vec<u8>, Vec<u8>>,
    reply: Option<Reply>,
    decided: Option<Action>,
    /// Whether the response that the module is shown is its own.
    is_own_response: bool,
    /// Whether a response has gone on.
    responded: bool,
}

/// Headers, body and trailers of one direction. Each is lent to the module for as long as Envoy does: from
/// its callback until the message goes on.
#[derive(Debug, Default)]
pub(crate) struct Half {
    pub(crate) headers: Headers,
    trailers: Option<Headers>,
    pub(crate) body: Option<Vec<u8>>,
    headers_lent: bool,
    trailers_lent: bool,
}

impl Stream {
    pub(crate) fn new(request: Request) -> Self {
        let half = Half { headers: request.headers, ..Half::default() };
        Self { request: half, properties: request.properties.into_iter().collect(), ..Self::default() }
    }

    /// The module was asked about the request's headers, or has let them go on later. What has gone on
    /// cannot be stopped any more.
    pub(crate) fn decide(&mut self, action: Action) -> Option<Violation> {
        if action == Action::Pause {
            self.decided.get_or_insert(action);
            return None;
        }
        let violation = match (&self.reply, self.decided) {
            (Some(_), _) => Some(Violation::ContinueAfterReply),
            (None, Some(Action::Continue)) => Some(Violation::ContinueTwice),
            (None, Some(Action::Pause) | None) => None,
        };
        self.decided = Some(action);
        self.request.take_back();
        violation
    }

    /// The module has answered. The first answer counts; Envoy takes no second one. It takes the first also for
    /// a request that has gone on, until a response has: the upstream's is dropped then.
    pub(crate) fn answer(&mut self, reply: Reply) -> Option<Violation> {
        let violation = match (&self.reply, self.responded) {
            (Some(_), _) => Some(Violation::ReplyTwice),
            (None, true) => Some(Violation::ReplyAfterResponse),
            (None, false) => None,
        };
        self.reply.get_or_insert(reply);
        violation
    }

    /// A response comes by: the module's own answer, if there is one.
    pub(crate) fn begin_response(&mut self, headers: Headers) {
        self.response.headers = headers;
        self.response.lend();
        self.is_own_response = self.reply.is_some();
    }

    /// The response has passed the module; if it is the module's own answer, the answer is what it is now.
    pub(crate) fn respond(&mut self, action: Action) {
        if action == Action::Continue {
            self.response.take_back();
            self.responded = true;
        }
        if let Some(reply) = self.reply.as_mut().filter(|_| self.is_own_response) {
            reply.headers = self.response.headers.clone();
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

    pub(crate) fn lend_trailers(&mut self, trailers: Headers) {
        self.trailers = Some(trailers);
        self.trailers_lent = true;
    }

    /// The message goes on, with all of it that has come.
    pub(crate) fn take_back(&mut self) {
        self.headers_lent = false;
        self.trailers_lent = false;
    }

    pub(crate) fn lent_headers(&mut self) -> Option<&mut Headers> {
        self.headers_lent.then_some(&mut self.headers)
    }

    pub(crate) fn lent_trailers(&mut self) -> Option<&mut Headers> {
        self.trailers.as_mut().filter(|_| self.trailers_lent)
    }

    /// The header fields that have gone on, if there have been any.
    pub(crate) fn passed_headers(&self) -> Option<&Headers> {
        (!self.headers_lent).then_some(&self.headers)
    }

    /// The trailers that have gone on.
    pub(crate) fn passed_trailers(&self) -> Option<&Headers> {
        self.trailers.as_ref().filter(|_| !self.trailers_lent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unauthorized() -> Reply {
        let (details, headers) = (String::new(), Headers::new());
        Reply { status: 401, headers, details, body: Vec::new(), grpc_status: 16 }
    }

    #[test]
    fn a_request_is_answered_once_or_goes_on_once() {
        use Violation::{ContinueAfterReply, ContinueTwice, ReplyAfterResponse, ReplyTwice};
        let answer: fn(&mut Stream) -> Option<Violation> = |stream| stream.answer(unauthorized());
        let go_on: fn(&mut Stream) -> Option<Violation> = |stream| stream.decide(Action::Continue);
        let respond: fn(&mut Stream) -> Option<Violation> = |stream| {
            stream.begin_response(Headers::new());
            stream.respond(Action::Continue);
            None
        };
        for (first, second, violation) in [
            (answer, answer, ReplyTwice),
            (answer, go_on, ContinueAfterReply),
            (respond, answer, ReplyAfterResponse),
            (go_on, go_on, ContinueTwice),
        ] {
            let mut stream = Stream::default();
            assert_eq!(stream.decide(Action::Pause), None);
            assert_eq!(first(&mut stream), None);
            assert_eq!(stream.decide(Action::Pause), None, "a pause takes nothing back");
            assert_eq!(second(&mut stream), Some(violation));
        }
        let mut stream = Stream::default();
        assert_eq!((go_on(&mut stream), answer(&mut stream)), (None, None), "the body may be too much");
    }
}
