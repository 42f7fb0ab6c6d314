//! A service that keeps what arrives as the bytes that arrived: no library folds, joins or drops a field.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What every request gets unless a test says otherwise.
const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Name and value of a field.
pub type Field = (Vec<u8>, Vec<u8>);

/// A request as it stood on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrived {
    /// The request line, without its end.
    pub line: Vec<u8>,
    /// The fields of the head, in order; names as they were spelled.
    pub fields: Vec<Field>,
    /// The body, as far as it came.
    pub body: Vec<u8>,
    /// The fields behind a body in chunks.
    pub trailers: Vec<Field>,
    /// Whether it came to its end.
    pub complete: bool,
}

impl Arrived {
    /// The target between method and version.
    pub fn target(&self) -> &[u8] {
        self.line.split(|byte| *byte == b' ').nth(1).unwrap_or_default()
    }

    /// The first value of the field `name`, as it is spelled here.
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        value(&self.fields, name)
    }

    /// The same of its trailers.
    pub fn trailer(&self, name: &str) -> Option<&[u8]> {
        value(&self.trailers, name)
    }
}

fn value<'a>(fields: &'a [Field], name: &str) -> Option<&'a [u8]> {
    let found = fields.iter().find(|(candidate, _)| candidate == name.as_bytes());
    found.map(|(_, value)| value.as_slice())
}

/// A running HTTP/1.1 service. Dropping it closes the listener; connections end with their clients.
#[derive(Debug)]
pub struct RawService {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    arrived: Mutex<Vec<Arrived>>,
    answer: Mutex<Vec<u8>>,
    closed: AtomicBool,
}

impl RawService {
    /// Start on a free port of the loopback.
    ///
    /// # Errors
    /// When there is none.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            arrived: Mutex::default(),
            answer: Mutex::new(OK.to_vec()),
            closed: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answer from now on with these bytes.
    pub fn answer_with(&self, bytes: Vec<u8>) {
        *lock(&self.shared.answer) = bytes;
    }

    /// What has arrived since the last time, whole or broken off.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut *lock(&self.shared.arrived))
    }
}

impl Drop for RawService {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        drop(TcpStream::connect(self.address));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.closed.load(Ordering::Relaxed) {
            return;
        }
        if let Ok(stream) = stream {
            let shared = Arc::clone(shared);
            thread::spawn(move || serve(&stream, &shared));
        }
    }
}

/// Requests that break off are kept as far as they came: a test asks what a service may have seen.
fn serve(stream: &TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut arrived = Arrived::default();
        let outcome = receive(&mut reader, &mut arrived);
        if arrived.line.is_empty() {
            return;
        }
        lock(&shared.arrived).push(arrived);
        let answer = lock(&shared.answer).clone();
        let mut writer = stream;
        if outcome.is_err() || writer.write_all(&answer).is_err() {
            return;
        }
    }
}

fn receive(reader: &mut BufReader<&TcpStream>, arrived: &mut Arrived) -> io::Result<()> {
    arrived.line = line(reader)?;
    arrived.fields = fields(reader)?;
    if arrived.field("transfer-encoding").is_some_and(|coding| coding.ends_with(b"chunked")) {
        while chunk(reader, &mut arrived.body)? {}
        arrived.trailers = fields(reader)?;
    } else if let Some(length) = arrived.field("content-length") {
        let length = std::str::from_utf8(length).ok().and_then(|text| text.parse().ok());
        let length: u64 = length.ok_or_else(|| io::Error::other("no length"))?;
        if reader.take(length).read_to_end(&mut arrived.body)? as u64 != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    arrived.complete = true;
    Ok(())
}

/// Whether another chunk follows.
fn chunk(reader: &mut BufReader<&TcpStream>, body: &mut Vec<u8>) -> io::Result<bool> {
    let size = String::from_utf8(line(reader)?).map_err(io::Error::other)?;
    let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
    if size == 0 {
        return Ok(false);
    }
    if reader.take(size).read_to_end(body)? as u64 != size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line(reader)?;
    Ok(true)
}

fn fields(reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<Field>> {
    let mut fields = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok(fields);
        }
        let at = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, rest) = line.split_at(at);
        fields.push((name.to_vec(), rest.get(1..).unwrap_or_default().trim_ascii().to_vec()));
    }
}

/// A line without its end.
fn line(reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line)?;
    match line.strip_suffix(b"\r\n") {
        Some(line) => Ok(line.to_vec()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_byte_of_what_it_is_sent() {
        let service = RawService::start().unwrap();
        let mut client = TcpStream::connect(service.address()).unwrap();
        let head =
            b"POST /a?b HTTP/1.1\r\nX_Odd.Name: \xff \r\nx_odd.name:\r\ntransfer-encoding: chunked\r\n\r\n";
        client.write_all(&[&head[..], b"3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"].concat()).unwrap();
        let mut answer = vec![0; OK.len()];
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer, OK);
        let field = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
        let arrived = service.take().remove(0);
        assert_eq!(arrived.target(), b"/a?b");
        assert_eq!(arrived.fields[..2], [field(b"X_Odd.Name", b"\xff"), field(b"x_odd.name", b"")]);
        assert_eq!(
            (arrived.body.as_slice(), arrived.trailers),
            (b"abc".as_slice(), vec![field(b"X-T", b"1")])
        );
        assert!(arrived.complete);
    }

    #[test]
    fn keeps_what_breaks_off() {
        for framing in ["transfer-encoding: chunked\r\n\r\n5\r\n", "content-length: 5\r\n\r\n"] {
            let service = RawService::start().unwrap();
            let mut client = TcpStream::connect(service.address()).unwrap();
            client.write_all(format!("POST / HTTP/1.1\r\n{framing}ab").as_bytes()).unwrap();
            drop(client);
            let mut arrived = service.take();
            while arrived.is_empty() {
                thread::yield_now();
                arrived = service.take();
            }
            assert!(!arrived[0].complete, "{framing}");
            assert_eq!(arrived[0].body, b"ab", "{framing}");
        }
    }
}
