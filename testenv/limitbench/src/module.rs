//! A request, and the figures that answer it.

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};
use serde_json::json;

use crate::bare::Bare;
use crate::limit::Limited;
use crate::measure::{Batches, measure};

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::new(Root(None)));
}}

/// The compiled stage, once the module is configured.
struct Root(Option<Rc<Limited>>);

struct Stream(Option<Rc<Limited>>);

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        self.0 = Limited::compile().map(Rc::new);
        self.0.is_some() && Bare::prepare()
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream(self.0.clone())))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    /// All in one callback, so that nothing of the proxy comes between.
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        let batches = self.0.as_ref().and_then(|limited| measure(&|now| limited.pass(now), &Bare::pass));
        match batches {
            Some(Batches { stage_nanos, bare_nanos }) => {
                let figures = json!({ "stage_nanos": stage_nanos, "bare_nanos": bare_nanos });
                self.send_http_response(200, vec![], Some(figures.to_string().as_bytes()));
            }
            None => self.send_http_response(500, vec![], Some(b"a request was not admitted")),
        }
        Action::Pause
    }
}
