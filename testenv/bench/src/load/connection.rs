//! A connection on which one request at a time is under way.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

/// The most header fields that an answer may have.
const MOST_FIELDS: usize = 64;

/// The most bytes that are taken at once: more than any answer here has.
const CHUNK: usize = 16 * 1024;

/// How long the proxy may take to accept what is written.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection that is kept open.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
    chunk: Vec<u8>,
    due: Option<Instant>,
}

impl Connection {
    /// Connect.
    ///
    /// # Errors
    /// When nobody listens.
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream, received: Vec::new(), chunk: vec![0; CHUNK], due: None })
    }

    /// Send a request that was due then.
    ///
    /// # Errors
    /// When the connection breaks.
    pub(crate) fn send(&mut self, request: &[u8], due: Instant) -> io::Result<()> {
        self.due = Some(due);
        self.stream.write_all(request)
    }

    /// Whether a request is under way.
    pub(crate) const fn is_busy(&self) -> bool {
        self.due.is_some()
    }

    /// Take what has come. Once the answer is complete: when its request was due.
    ///
    /// # Errors
    /// When the connection ends, what comes is no answer, or an answer has another status than `expected`.
    pub(crate) fn receive(&mut self, expected: u16) -> io::Result<Option<Instant>> {
        let count = self.stream.read(&mut self.chunk)?;
        if count == 0 {
            return Err(io::Error::other("the proxy has closed a connection"));
        }
        self.received.extend_from_slice(self.chunk.get(..count).unwrap_or_default());
        let Some(status) = complete(&self.received)? else { return Ok(None) };
        if status != expected {
            let answer = String::from_utf8_lossy(&self.received);
            return Err(io::Error::other(format!("an answer is {status}, not {expected}: {answer}")));
        }
        self.received.clear();
        Ok(self.due.take())
    }
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// The status of an answer whose last byte has come. Nothing may follow it: one request is under way.
fn complete(bytes: &[u8]) -> io::Result<Option<u16>> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut answer = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(head) = answer.parse(bytes).map_err(io::Error::other)? else {
        return Ok(None);
    };
    let length = answer.headers.iter().find(|field| field.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|field| str::from_utf8(field.value).ok()?.parse::<usize>().ok());
    let length = length.ok_or_else(|| io::Error::other("an answer has no content-length"))?;
    match bytes.len().cmp(&(head + length)) {
        std::cmp::Ordering::Less => Ok(None),
        std::cmp::Ordering::Equal => Ok(answer.code),
        std::cmp::Ordering::Greater => Err(io::Error::other("more has come than one answer")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";

    #[test]
    fn an_answer_is_complete_with_its_last_byte() {
        for end in 0..ANSWER.len() {
            assert_eq!(complete(&ANSWER[..end]).unwrap(), None, "{end}");
        }
        assert_eq!(complete(ANSWER).unwrap(), Some(403));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(complete(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
        assert!(complete(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(complete(&[ANSWER, b"!"].concat()).is_err());
    }
}
