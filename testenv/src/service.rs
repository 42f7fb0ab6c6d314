//! The services of the shop: applications without a line of security code.
//!
//! Each answers with what it received, so that tests see what really arrived. `orders` asks `payments`
//! for every order, and forwards nothing but `traceparent`.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::http::{self, Answer, Server};

/// Requests that a service remembers: more than any test sends to one and then looks at.
const MAX_REMEMBERED: usize = 10_000;

/// A running service. Dropping it closes its listener and connections.
#[derive(Debug)]
pub struct Service {
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
    payments: Option<String>,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Service {
    /// Start the service `name` on `listen`; port 0 chooses a free one. `payments` is where it reaches
    /// payments, as `host:port`: the outbound listener of its sidecar.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(name: &str, listen: SocketAddr, payments: Option<String>) -> io::Result<Self> {
        let received = Arc::new(Mutex::new(Vec::new()));
        let state = Arc::new(State { name: name.to_owned(), payments, received: Arc::clone(&received) });
        let server = Server::start(listen, move |request| respond(Arc::clone(&state), request))?;
        Ok(Self { received, server })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// What it has received so far.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    let order = order_id(&request);
    let received = state.receive(request).await?;
    let mut answer = json!(received);
    if let (Some(id), Some(payments)) = (order, &state.payments) {
        answer["payments"] = match ask_payments(payments, &id, traceparent).await {
            Ok(document) => document,
            Err(error) => json!({ "error": error.to_string() }),
        };
    }
    http::json(200, &answer)
}

fn order_id(request: &Request<Incoming>) -> Option<String> {
    let id = request.uri().path().strip_prefix("/orders/")?;
    (request.method() == "GET" && !id.is_empty() && !id.contains('/')).then(|| id.to_owned())
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

/// What payments says of the payment of an order, with the status of its answer.
async fn ask_payments(
    address: &str,
    order: &str,
    traceparent: Option<hyper::header::HeaderValue>,
) -> io::Result<Value> {
    let mut request = Request::get(format!("/payments/{order}")).header("host", "payments");
    if let Some(traceparent) = traceparent {
        request = request.header("traceparent", traceparent);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(io::Error::other)?;
    let response = send(address, request).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let body: Value = serde_json::from_slice(&body)
        .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
    Ok(json!({ "status": status, "body": body }))
}

async fn send(address: &str, request: Request<Empty<Bytes>>) -> io::Result<Response<Incoming>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // It ends when the answer has been read and the sender is gone.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Request, exchange};

    #[test]
    fn orders_asks_payments_and_forwards_only_the_trace() {
        let any = "127.0.0.1:0".parse().unwrap();
        let payments = Service::start("payments", any, None).unwrap();
        let orders = Service::start("orders", any, Some(payments.address().to_string())).unwrap();
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
