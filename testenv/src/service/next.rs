//! Whom a service asks before it answers, and how.

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

/// Another service, which is asked about whatever this one is asked about.
#[derive(Debug)]
pub struct Next {
    name: String,
    /// Where it is reached, as `host:port`: the outbound listener of the asking service's sidecar.
    address: String,
    /// Below which path the asking service is asked, and below which path it asks; both end with `/`.
    paths: (&'static str, &'static str),
}

impl Next {
    /// The service payments, which is asked for the payment of every order.
    pub fn payments(address: String) -> Self {
        Self { name: "payments".to_owned(), address, paths: ("/orders/", "/payments/") }
    }

    /// The service `name` of a chain, which is asked for the same order.
    pub fn in_chain(name: &str, address: String) -> Self {
        Self { name: name.to_owned(), address, paths: ("/orders/", "/orders/") }
    }

    /// Its name, under which the asking service passes on what it says.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path to ask for, when `request` is one that this service is asked about.
    pub(super) fn path(&self, request: &Request<Incoming>) -> Option<String> {
        let (asked, asks) = self.paths;
        let id = request.uri().path().strip_prefix(asked)?;
        let is_one = request.method() == "GET" && !id.is_empty() && !id.contains('/');
        is_one.then(|| format!("{asks}{id}"))
    }

    /// What it says, with the status of its answer.
    pub(super) async fn ask(&self, path: &str, traceparent: Option<HeaderValue>) -> io::Result<Value> {
        let mut request = Request::get(path).header("host", &self.name);
        if let Some(traceparent) = traceparent {
            request = request.header("traceparent", traceparent);
        }
        let request = request.body(Empty::<Bytes>::new()).map_err(io::Error::other)?;
        let response = send(&self.address, request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
        let body: Value = serde_json::from_slice(&body)
            .unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned().into());
        Ok(json!({ "status": status, "body": body }))
    }
}

async fn send(address: &str, request: Request<Empty<Bytes>>) -> io::Result<Response<Incoming>> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    // It ends when the answer has been read and the sender is gone.
    tokio::spawn(connection);
    sender.send_request(request).await.map_err(io::Error::other)
}
