//! An HTTP/1.1 connection over TCP or TLS on which any bytes can be sent.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::{Answer, Request, tls};
use crate::Certificates;

/// How long an answer may take: longer than any deadline of the proxies, so that theirs are what ends a
/// request.
const PATIENCE: Duration = Duration::from_secs(15);

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// A connection that is kept open between requests.
pub struct Connection {
    stream: BufReader<Box<dyn Stream>>,
}

impl Connection {
    /// Without TLS.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn plain(address: SocketAddr) -> io::Result<Self> {
        Ok(Self { stream: BufReader::new(Box::new(connect(address)?)) })
    }

    /// With TLS, as the workload `identity` of `certificates`, or as nobody.
    ///
    /// # Errors
    /// When nobody listens, or the server refuses during the handshake. With TLS 1.3 a server refuses a
    /// client's certificate after the handshake: then the first answer fails.
    pub fn tls(
        address: SocketAddr,
        certificates: &Certificates,
        identity: Option<&str>,
    ) -> io::Result<Self> {
        let session = tls::session(certificates, identity, &[b"http/1.1"])?;
        let stream = rustls::StreamOwned::new(session, connect(address)?);
        Ok(Self { stream: BufReader::new(Box::new(stream)) })
    }

    /// Send a request and read its answer.
    ///
    /// # Errors
    /// When the connection breaks or the answer does not come.
    pub fn exchange(&mut self, request: &Request) -> io::Result<Answer> {
        self.send(&request.to_bytes())?;
        Answer::read(&mut self.stream, request.is_head())
    }

    /// Send bytes.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes)?;
        stream.flush()
    }

    /// Read the answer to what was sent, unless that was HEAD.
    ///
    /// # Errors
    /// When the connection breaks or the answer does not come.
    pub fn answer(&mut self) -> io::Result<Answer> {
        Answer::read(&mut self.stream, false)
    }

    /// Read the answer to HEAD.
    ///
    /// # Errors
    /// When the connection breaks or the answer does not come.
    pub fn answer_to_head(&mut self) -> io::Result<Answer> {
        Answer::read(&mut self.stream, true)
    }
}

/// One request on a connection of its own, without TLS.
///
/// # Errors
/// When nobody listens, the connection breaks or the answer does not come.
pub fn exchange(address: SocketAddr, request: &Request) -> io::Result<Answer> {
    Connection::plain(address)?.exchange(request)
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}
