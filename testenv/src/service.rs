//! The services of the shop: applications without a line of security code.
//!
//! Each answers with what it received, so that tests see what really arrived. One that calls another
//! forwards nothing but `traceparent`.

mod next;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::{HeaderMap, Request};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::http::{self, Answer, Server};

pub use next::Next;

/// Requests that a service remembers: more than any test sends to one and then looks at.
const MAX_REMEMBERED: usize = 10_000;

/// A running service. Dropping it closes its listener and connections.
#[derive(Debug)]
pub struct Service {
    name: String,
    received: Arc<Mutex<Vec<Received>>>,
    server: Server,
}

/// A request as a service has received it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The service.
    pub service: String,
    /// The method.
    pub method: String,
    /// Path and query as they stood in the request line.
    pub path: String,
    /// Name and value of each field, in order; bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    /// Length of the body.
    pub body_bytes: usize,
    /// Like `headers`.
    pub trailers: Vec<(String, String)>,
}

impl Received {
    /// All values of the field `name`.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let found = self.headers.iter().filter(|(candidate, _)| candidate.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).collect()
    }
}

/// What a service needs to know to answer.
#[derive(Debug)]
struct State {
    name: String,
    next: Option<Next>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Service {
    /// Start the service `name` on `listen`; port 0 chooses a free one. `next` is whom it asks in turn.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(name: &str, listen: SocketAddr, next: Option<Next>) -> io::Result<Self> {
        let received = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(State { name: name.to_owned(), next, received: Arc::clone(&received) });
        let server = Server::start(listen, move |request| respond(Arc::clone(&state), request))?;
        Ok(Self { name: name.to_owned(), received, server })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What it has received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it has received since the last time somebody took it, which it forgets.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut *self.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serve until the process ends.
    ///
    /// # Errors
    /// When the server breaks.
    pub fn run(self) -> io::Result<()> {
        self.server.run()
    }
}

async fn respond(state: Arc<State>, request: Request<Incoming>) -> io::Result<Answer> {
    let traceparent = request.headers().get("traceparent").cloned();
    let onward = state.next.as_ref().and_then(|next| Some((next, next.path(&request)?)));
    let received = state.receive(request).await?;
    let mut answer = json!(received);
    if let Some((next, path)) = onward {
        answer[next.name()] = match next.ask(&path, traceparent).await {
            Ok(document) => document,
            Err(error) => json!({ "error": error.to_string() }),
        };
    }
    http::json(200, &answer)
}

impl State {
    async fn receive(&self, request: Request<Incoming>) -> io::Result<Received> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?;
        let received = Received {
            service: self.name.clone(),
            method: head.method.to_string(),
            path: head.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: fields(&head.headers),
            trailers: body.trailers().map(fields).unwrap_or_default(),
            body_bytes: body.to_bytes().len(),
        };
        let mut log = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() < MAX_REMEMBERED {
            log.push(received.clone());
        }
        Ok(received)
    }
}

fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Request, exchange};

    #[test]
    fn orders_asks_payments_and_forwards_only_the_trace() {
        let any = "127.0.0.1:0".parse().unwrap();
        let payments = Service::start("payments", any, None).unwrap();
        let orders =
            Service::start("orders", any, Some(Next::payments(payments.address().to_string()))).unwrap();
        let request = Request::get("/orders/42").header("traceparent", "00-1").header("authorization", "x");
        let answer = exchange(orders.address(), &request).unwrap().json();
        assert_eq!(answer["service"], "orders");
        assert_eq!(answer["payments"]["status"], 200);
        assert_eq!(answer["payments"]["body"]["path"], "/payments/42");
        let seen = payments.received();
        assert_eq!(seen[0].header("traceparent"), ["00-1"]);
        assert!(seen[0].header("authorization").is_empty());
    }
}
