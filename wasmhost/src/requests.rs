//! The callbacks of a request, in the order in which a proxy makes them.

use crate::stream::Stream;
use crate::vm::size;
use crate::{Action, Headers, Outcome, Request, Trap, Vm};

/// A request in a VM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamId(u32);

/// # Requests
impl Vm {
    /// A request without body, from its first callback to its last. One that waits stays open.
    ///
    /// # Errors
    /// When the module traps.
    pub fn request(&mut self, request: Request) -> Result<Outcome, Trap> {
        let stream = self.open(request)?;
        self.request_headers(stream, true)?;
        if let Outcome::Replied(reply) = self.outcome(stream) {
            self.response_headers(stream, reply.headers, reply.body.is_empty())?;
        }
        let outcome = self.outcome(stream);
        if outcome != Outcome::Paused {
            self.close(stream)?;
        }
        Ok(outcome)
    }

    /// Create the context of a request.
    ///
    /// # Errors
    /// When the module traps.
    pub fn open(&mut self, request: Request) -> Result<StreamId, Trap> {
        let context = self.new_context();
        self.guest().streams.insert(context, Stream::new(request));
        self.call::<_, ()>("proxy_on_context_create", context, (context, self.root))?;
        Ok(StreamId(context))
    }

    /// `on_request_headers`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn request_headers(&mut self, stream: StreamId, end: bool) -> Result<Action, Trap> {
        let fields = self.with_stream(stream, |stream| {
            stream.request.lend();
            stream.request.headers.len()
        });
        let arguments = (stream.0, size(fields), u32::from(end));
        let action = action(self.call("proxy_on_request_headers", stream.0, arguments)?);
        let violation = self.with_stream(stream, |stream| stream.decide(action));
        self.guest().violations.extend(violation);
        Ok(action)
    }

    /// `on_request_body`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn request_body(&mut self, stream: StreamId, body: &[u8], end: bool) -> Result<Action, Trap> {
        self.with_stream(stream, |stream| stream.request.body = Some(body.to_vec()));
        let arguments = (stream.0, size(body.len()), u32::from(end));
        Ok(action(self.call("proxy_on_request_body", stream.0, arguments)?))
    }

    /// `on_request_trailers`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn request_trailers(&mut self, stream: StreamId, trailers: Headers) -> Result<Action, Trap> {
        let fields = size(trailers.len());
        self.with_stream(stream, |stream| stream.request.lend_trailers(trailers));
        let action = action(self.call("proxy_on_request_trailers", stream.0, (stream.0, fields))?);
        if action == Action::Continue {
            self.with_stream(stream, |stream| stream.request.take_back());
        }
        Ok(action)
    }

    /// `on_response_headers`. When the module had answered itself, the answer takes the fields as they are
    /// afterwards.
    ///
    /// # Errors
    /// When the module traps.
    pub fn response_headers(
        &mut self,
        stream: StreamId,
        headers: Headers,
        end: bool,
    ) -> Result<Action, Trap> {
        let fields = size(headers.len());
        self.with_stream(stream, |stream| {
            stream.begin_response(headers);
        });
        let arguments = (stream.0, fields, u32::from(end));
        let action = action(self.call("proxy_on_response_headers", stream.0, arguments)?);
        self.with_stream(stream, |stream| stream.respond(action));
        Ok(action)
    }

    /// `on_response_body`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn response_body(&mut self, stream: StreamId, body: &[u8], end: bool) -> Result<Action, Trap> {
        self.with_stream(stream, |stream| stream.response.body = Some(body.to_vec()));
        let arguments = (stream.0, size(body.len()), u32::from(end));
        Ok(action(self.call("proxy_on_response_body", stream.0, arguments)?))
    }

    /// `on_response_trailers`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn response_trailers(&mut self, stream: StreamId, trailers: Headers) -> Result<Action, Trap> {
        let fields = size(trailers.len());
        self.with_stream(stream, |stream| stream.response.lend_trailers(trailers));
        let action = action(self.call("proxy_on_response_trailers", stream.0, (stream.0, fields))?);
        if action == Action::Continue {
            self.with_stream(stream, |stream| stream.response.take_back());
        }
        Ok(action)
    }

    /// The end of a request: `on_done`, `on_log`, `on_delete`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn close(&mut self, stream: StreamId) -> Result<(), Trap> {
        self.done(stream)?;
        self.log(stream)?;
        self.delete(stream)
    }

    /// `on_done`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn done(&mut self, stream: StreamId) -> Result<bool, Trap> {
        let done: u32 = self.call("proxy_on_done", stream.0, stream.0)?;
        Ok(done != 0)
    }

    /// `on_log`, for which the proxy lends the headers once more.
    ///
    /// # Errors
    /// When the module traps.
    pub fn log(&mut self, stream: StreamId) -> Result<(), Trap> {
        self.with_stream(stream, |stream| {
            stream.request.lend();
            stream.response.lend();
        });
        self.call("proxy_on_log", stream.0, stream.0)
    }

    /// `on_delete`.
    ///
    /// # Errors
    /// When the module traps.
    pub fn delete(&mut self, stream: StreamId) -> Result<(), Trap> {
        let deleted = self.call("proxy_on_delete", stream.0, stream.0);
        self.guest().streams.remove(&stream.0);
        deleted
    }

    /// Whether a request has not been deleted yet.
    pub fn is_open(&self, stream: StreamId) -> bool {
        self.store.data().streams.contains_key(&stream.0)
    }

    /// What has become of a request so far.
    pub fn outcome(&self, stream: StreamId) -> Outcome {
        self.store.data().streams.get(&stream.0).map_or(Outcome::Paused, Stream::outcome)
    }

    /// The trailers of a request, once they have gone on.
    pub fn passed_trailers(&self, stream: StreamId) -> Option<Headers> {
        self.store.data().streams.get(&stream.0)?.request.passed_trailers().cloned()
    }

    /// The fields of a response that have gone on, trailers included.
    pub fn passed_response(&self, stream: StreamId) -> Vec<Headers> {
        let Some(stream) = self.store.data().streams.get(&stream.0) else { return Vec::new() };
        [stream.response.passed_headers(), stream.response.passed_trailers()]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }

    /// The header fields of a response as they are now.
    pub fn response(&self, stream: StreamId) -> Headers {
        let stream = self.store.data().streams.get(&stream.0);
        stream.map(|stream| stream.response.headers.clone()).unwrap_or_default()
    }

    /// A value that the module has put into the filter state of a request.
    pub fn filter_state(&self, stream: StreamId, name: &str) -> Option<Vec<u8>> {
        self.store.data().streams.get(&stream.0)?.filter_state.get(name.as_bytes()).cloned()
    }

    /// A stream that is gone is an empty one: what is written to it is lost.
    fn with_stream<T>(&mut self, stream: StreamId, work: impl FnOnce(&mut Stream) -> T) -> T {
        match self.guest().streams.get_mut(&stream.0) {
            Some(stream) => work(stream),
            None => work(&mut Stream::default()),
        }
    }
}

fn action(word: u32) -> Action {
    if word == 0 { Action::Continue } else { Action::Pause }
}
