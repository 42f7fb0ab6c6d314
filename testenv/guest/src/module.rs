//! A question in the body of a request, and the answer.

use std::cell::Cell;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Meter;
use jose::{Abilities, Algorithm, Verifier, VerifyingKey};
use proxy_wasm::hostcalls::get_property;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType, LogLevel};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::proxy::Envoy;

proxy_wasm::main! {{
    proxy_wasm::set_log_level(LogLevel::Warn);
    proxy_wasm::set_root_context(|_| Box::new(Root(Rc::default())));
}}

/// What Envoy was found able to verify when the module was configured.
struct Root(Rc<Abilities>);

struct Stream(Rc<Abilities>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Question {
    Signature(Signature),
    Property { property: Vec<String> },
}

#[derive(Deserialize)]
struct Signature {
    /// The key, as a key set has it.
    jwk: Value,
    algorithm: Algorithm,
    /// In base64url, as the signature is.
    message: String,
    signature: String,
}

impl Context for Root {}

impl RootContext for Root {
    fn on_configure(&mut self, _: usize) -> bool {
        self.0 = Rc::new(Abilities::probe(&Envoy));
        true
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Stream(Rc::clone(&self.0))))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Context for Stream {}

impl HttpContext for Stream {
    fn on_http_request_headers(&mut self, _: usize, _: bool) -> Action {
        Action::Pause
    }

    fn on_http_request_body(&mut self, bytes: usize, end: bool) -> Action {
        if end {
            let body = self.get_http_request_body(0, bytes).unwrap_or_default();
            match self.answer(&body) {
                Some(answer) => self.send_http_response(200, vec![], Some(answer.to_string().as_bytes())),
                None => self.send_http_response(400, vec![], None),
            }
        }
        Action::Pause
    }
}

impl Stream {
    /// Nothing where the question is not understood.
    fn answer(&self, body: &[u8]) -> Option<Value> {
        match serde_json::from_slice(body).ok()? {
            Question::Signature(signature) => self.judge(signature),
            Question::Property { property } => Some(read(&property)),
        }
    }

    /// `verdict`, which is nothing where nobody can say, and `by`, the event that was counted.
    fn judge(&self, question: Signature) -> Option<Value> {
        let Signature { jwk, algorithm, message, signature } = question;
        let (message, signature) = (decode(&message)?, decode(&signature)?);
        let key = VerifyingKey::from_jwk(&jwk)?;
        let last = Last::default();
        let by = self.0.verifier(&Envoy, &last);
        let verdict = by.verify(&key, algorithm, &message, &signature).ok();
        Some(json!({ "verdict": verdict, "by": last.0.get() }))
    }
}

/// `bytes` of a property, or the `status` by which the proxy refuses to say it; neither when it is not there.
fn read(path: &[String]) -> Value {
    match get_property(path.iter().map(String::as_str).collect()) {
        Ok(bytes) => json!({ "bytes": bytes.map(|bytes| URL_SAFE_NO_PAD.encode(bytes)) }),
        Err(status) => json!({ "status": status as u32 }),
    }
}

/// Remembers the last event.
#[derive(Default)]
struct Last(Cell<&'static str>);

impl Meter for Last {
    fn count(&self, event: &'static str) {
        self.0.set(event);
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
