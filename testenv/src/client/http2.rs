//! An HTTP/2 connection, with prior knowledge over TCP or by ALPN over TLS.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::header::{HeaderName, HeaderValue};
use hyper::{HeaderMap, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Answer, Request, tls};
use crate::Certificates;
use crate::http::runtime;

/// As long as for the other clients.
const PATIENCE: Duration = Duration::from_secs(15);

type Body = BoxBody<Bytes, Infallible>;

/// A connection that is kept open between requests.
#[derive(Debug)]
pub struct Http2 {
    sender: SendRequest<Body>,
}

impl Http2 {
    /// Without TLS.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn plain(address: SocketAddr) -> io::Result<Self> {
        runtime().block_on(async { Self::start(TcpStream::connect(address).await?).await })
    }

    /// With TLS, as the workload `identity` of `certificates`.
    ///
    /// # Errors
    /// When nobody listens or the handshake fails.
    pub fn tls(address: SocketAddr, certificates: &Certificates, identity: &str) -> io::Result<Self> {
        let config = tls::config(certificates, Some(identity), &[b"h2"])?;
        let connector = TlsConnector::from(Arc::new(config));
        runtime().block_on(async {
            let stream = TcpStream::connect(address).await?;
            Self::start(connector.connect(tls::server_name()?, stream).await?).await
        })
    }

    /// Send a request and read its answer. `host` becomes `:authority`.
    ///
    /// # Errors
    /// When the request cannot be said in HTTP/2, or the stream breaks.
    pub fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        let request = translate(request)?;
        runtime().block_on(in_time(async {
            let response = self.sender.send_request(request).await.map_err(io::Error::other)?;
            let (head, body) = response.into_parts();
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let fields = |map: &HeaderMap| {
                map.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect()
            };
            let body = body.collect().await.map_err(io::Error::other)?;
            Ok(Answer {
                status: head.status.as_u16(),
                headers: fields(&head.headers),
                trailers: body.trailers().map(fields).unwrap_or_default(),
                body: body.to_bytes().to_vec(),
            })
        }))
    }

    async fn start(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> io::Result<Self> {
        let (sender, connection) =
            handshake(TokioExecutor::new(), TokioIo::new(stream)).await.map_err(io::Error::other)?;
        runtime().spawn(connection);
        Ok(Self { sender })
    }
}

/// An answer that does not come is an error, as for the other clients.
async fn in_time<T>(answer: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn translate(request: &Request) -> io::Result<hyper::Request<Body>> {
    let host = request.headers.iter().find(|(name, _)| name == b"host").map(|(_, value)| value.as_slice());
    let uri = Uri::builder()
        .scheme("http")
        .authority(host.unwrap_or(b"shop.test"))
        .path_and_query(request.path.as_slice())
        .build()
        .map_err(io::Error::other)?;
    let mut translated = hyper::Request::builder().method(request.method.as_str()).uri(uri);
    for (name, value) in request.headers.iter().filter(|(name, _)| name != b"host") {
        translated = translated.header(name.as_slice(), value.as_slice());
    }
    translated.body(body(request)?).map_err(io::Error::other)
}

/// Without trailers it is known to end, so that a request without a body ends with its head.
fn body(request: &Request) -> io::Result<Body> {
    let content = Full::from(request.body.clone().unwrap_or_default());
    if request.trailers.is_empty() {
        return Ok(content.boxed());
    }
    let mut trailers = HeaderMap::new();
    for (name, value) in &request.trailers {
        let name = HeaderName::from_bytes(name).map_err(io::Error::other)?;
        trailers.append(name, HeaderValue::from_bytes(value).map_err(io::Error::other)?);
    }
    Ok(content.with_trailers(ready(Some(Ok(trailers)))).boxed())
}
