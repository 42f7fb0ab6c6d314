//! HTTP servers on a runtime of their own, for code that is itself plain and synchronous.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::task::{JoinHandle, JoinSet};

/// What our servers answer with.
pub(crate) type Answer = Response<BoxBody<Bytes, Infallible>>;

/// The runtime of all servers and HTTP/2 clients in this process.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| Runtime::new().expect("a runtime needs only threads and epoll"));
    &RUNTIME
}

/// A server for HTTP/1.1 and HTTP/2 without TLS. Dropping it closes the listener and all connections.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    /// Serve `handler` on `listen`; port 0 chooses a free one. When the handler fails, the connection is
    /// closed without an answer.
    pub(crate) fn start<H, F>(listen: SocketAddr, handler: H) -> io::Result<Self>
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = io::Result<Answer>> + Send + 'static,
    {
        let listener = runtime().block_on(TcpListener::bind(listen))?;
        let address = listener.local_addr()?;
        let accepting = runtime().spawn(accept(listener, handler));
        Ok(Self { address, accepting })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Close the listener and all connections, and wait until nobody listens.
    pub(crate) fn stop(mut self) {
        self.accepting.abort();
        // It was aborted, so there is nothing to learn from how it has ended.
        let _ = runtime().block_on(&mut self.accepting);
    }

    /// Serve until the process ends.
    pub(crate) fn run(mut self) -> io::Result<()> {
        runtime().block_on(&mut self.accepting).map_err(io::Error::other)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The connections live in the set, and the set in this task: with it, they end.
async fn accept<H, F>(listener: TcpListener, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                connections.spawn(serve(stream, handler.clone()));
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve<H, F>(stream: TcpStream, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    // The end of an answer must not wait until its beginning is acknowledged, for 40 ms. If it cannot be set, tests
    // of deadlines say so.
    let _ = stream.set_nodelay(true);
    // A broken connection is the client's affair; tests look at what the client saw.
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service_fn(handler))
        .await;
}

/// An answer of JSON.
pub(crate) fn json(status: u16, document: &serde_json::Value) -> io::Result<Answer> {
    bytes(status, document.to_string().into())
}

/// An answer that says that it is JSON, whatever its bytes are.
pub(crate) fn bytes(status: u16, body: Bytes) -> io::Result<Answer> {
    with_body(status, Full::from(body).boxed())
}

/// An answer that says that it is JSON.
pub(crate) fn with_body(status: u16, body: BoxBody<Bytes, Infallible>) -> io::Result<Answer> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(body)
        .map_err(io::Error::other)
}
