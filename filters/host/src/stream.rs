//! One request, callback by callback.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use contract::{AtEnd, Edits, Head, Part};
use pipeline::{Asked, BodyBound, Refused, Step};
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

use crate::abi;
use crate::connection::RequestConnection;
use crate::perform::{self, When};
use crate::plugin::{Plugin, RETRY, request_head};
use crate::surroundings::SharedData;
use crate::waiting::Seat;

/// The stream's own half: what the SDK owns and calls.
pub(crate) struct Stream {
    plugin: Rc<Plugin>,
    shared: Rc<Shared>,
}

/// The half that the root context needs to wake it.
pub(crate) struct Shared {
    pub(crate) context: u32,
    pub(crate) connection: RequestConnection,
    pub(crate) state: RefCell<State>,
    pub(crate) at_end: RefCell<Vec<AtEnd>>,
    /// Whether nobody waits for it any more: the proxy may still know its context.
    pub(crate) is_done: Cell<bool>,
}

/// Where a request stands.
pub(crate) enum State {
    /// Not decided, or decided against and answered: nothing of it may pass.
    Held,
    /// Not decided yet.
    Waiting(Box<Seat>),
    /// Not decided before somebody else has answered.
    Asking(Box<Pending>),
    /// Let go, with what is still to be done.
    Passed(Passed),
}

/// A request that waits for the answer to a question.
pub(crate) struct Pending {
    pub(crate) head: Head,
    pub(crate) asked: Asked,
    /// The call.
    pub(crate) token: u32,
}

/// A request that was let go.
pub(crate) struct Passed {
    /// What its response needs.
    pub(crate) response: Edits,
    /// The bound on its body, where it has one.
    pub(crate) body: Option<BodyBound>,
}

impl Stream {
    pub(crate) fn new(context: u32, plugin: Rc<Plugin>) -> Self {
        let state = RefCell::new(State::Held);
        Self {
            plugin,
            shared: Rc::new(Shared {
                context,
                connection: RequestConnection::default(),
                state,
                at_end: RefCell::default(),
                is_done: Cell::default(),
            }),
        }
    }

    fn decide(&self, has_body: bool) -> (Head, Step) {
        match (request_head(has_body), abi::now()) {
            (Ok(head), Ok(now)) => {
                let step = self.plugin.decide(&head, &self.shared.connection, now);
                (head, step)
            }
            (Err((cause, reason)), _) => {
                let head = Head::default();
                let step = self.plugin.refuse(&head, cause, reason);
                (head, step)
            }
            (Ok(head), Err(_)) => {
                let cause = contract::Cause::Unavailable { retry_after: RETRY };
                let step = self.plugin.refuse(&head, cause, "clock_unreadable");
                (head, step)
            }
        }
    }

    /// Count what passes of a body that is bounded. One that waits is shown again when it passes.
    fn count(&self, bytes: usize) -> Result<(), Box<Refused>> {
        match &mut *self.shared.state.borrow_mut() {
            State::Passed(Passed { body: Some(body), .. }) => body.pass(bytes),
            State::Passed(_) | State::Held | State::Waiting(_) | State::Asking(_) => Ok(()),
        }
    }

    /// Body and trailers follow their head: with `allow_on_headers_stop_iteration` the proxy would forward
    /// them, and the undecided head before them.
    fn follow(&self) -> Action {
        match &*self.shared.state.borrow() {
            State::Passed(_) => Action::Continue,
            State::Held | State::Waiting(_) | State::Asking(_) => Action::Pause,
        }
    }
}

impl Context for Stream {
    fn on_done(&mut self) -> bool {
        self.plugin.waiting_room.leave(self.shared.context);
        self.shared.is_done.set(true);
        let ends = self.shared.at_end.take();
        if !ends.is_empty() {
            let now = abi::now().unwrap_or_default();
            ends.into_iter().for_each(|end| end(now, &SharedData));
        }
        true
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, is_all: bool) -> Action {
        let (head, step) = self.decide(!is_all);
        perform::step(&self.plugin, &self.shared, head, step, When::InHeaders)
    }

    fn on_http_request_body(&mut self, bytes: usize, _: bool) -> Action {
        match self.count(bytes) {
            Ok(()) => self.follow(),
            Err(refused) => perform::refuse(&self.plugin, &self.shared, *refused),
        }
    }

    /// Cleaned whether the request has passed or waits: nobody is asked again when it goes on.
    fn on_http_request_trailers(&mut self, _: usize) -> Action {
        let is_answered = matches!(*self.shared.state.borrow(), State::Held);
        if is_answered || perform::clean(&self.plugin, Part::RequestTrailers) {
            return self.follow();
        }
        perform::unavailable(&self.plugin, &self.shared, &Head::default(), "trailers_not_cleaned")
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        perform::response(&self.plugin, &self.shared)
    }

    /// What cannot be cleaned is not sent: the proxy's idle timeout ends the response.
    fn on_http_response_trailers(&mut self, _: usize) -> Action {
        let is_ours = !matches!(&*self.shared.state.borrow(), State::Passed(_));
        match is_ours || perform::clean(&self.plugin, Part::ResponseTrailers) {
            true => Action::Continue,
            false => Action::Pause,
        }
    }
}
