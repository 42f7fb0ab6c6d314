//! One request, callback by callback.

use std::cell::RefCell;
use std::rc::Rc;

use contract::{AtEnd, Edits, Head};
use pipeline::Step;
use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::Action;

use crate::abi;
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
    pub(crate) state: RefCell<State>,
    pub(crate) at_end: RefCell<Vec<AtEnd>>,
}

/// Where a request stands.
pub(crate) enum State {
    /// Not decided, or decided against and answered: nothing of it may pass.
    Held,
    /// Not decided yet.
    Waiting(Box<Seat>),
    /// Let go, with what its response needs.
    Passed(Edits),
}

impl Stream {
    pub(crate) fn new(context: u32, plugin: Rc<Plugin>) -> Self {
        let state = RefCell::new(State::Held);
        Self { plugin, shared: Rc::new(Shared { context, state, at_end: RefCell::default() }) }
    }

    fn decide(&self) -> (Head, Step) {
        match (request_head(), abi::now()) {
            (Ok(head), Ok(now)) => {
                let step = self.plugin.decide(&head, now);
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

    /// Body and trailers follow their head: with `allow_on_headers_stop_iteration` the proxy would forward
    /// them, and the undecided head before them.
    fn follow(&self) -> Action {
        match &*self.shared.state.borrow() {
            State::Passed(_) => Action::Continue,
            State::Held | State::Waiting(_) => Action::Pause,
        }
    }
}

impl Context for Stream {
    fn on_done(&mut self) -> bool {
        self.plugin.waiting_room.leave(self.shared.context);
        let now = abi::now().unwrap_or_default();
        for end in self.shared.at_end.take() {
            end(now, &SharedData);
        }
        true
    }
}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let (head, step) = self.decide();
        perform::step(&self.plugin, &self.shared, head, step, When::InHeaders)
    }

    fn on_http_request_body(&mut self, _: usize, _: bool) -> Action {
        self.follow()
    }

    /// Cleaned whether the request has passed or waits: nobody is asked again when it goes on.
    fn on_http_request_trailers(&mut self, _: usize) -> Action {
        if !perform::clean_trailers(&self.plugin) {
            self.shared.state.replace(State::Held);
        }
        self.follow()
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        if let State::Passed(response) = &*self.shared.state.borrow() {
            perform::edit_response(response);
        }
        Action::Continue
    }
}
