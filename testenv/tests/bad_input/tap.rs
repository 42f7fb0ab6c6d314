//! A connection that is looked at byte by byte, and broken at will.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};

use testenv::report::{Checked, ensure};

use crate::row::{HANG, HANGS};

/// Bytes that a complaint shows.
const SHOWN: usize = 400;

/// One end of a connection. Dropping it closes it.
pub struct Tap {
    stream: TcpStream,
    seen: Vec<u8>,
}

impl Tap {
    /// To this address.
    pub fn connect(address: SocketAddr) -> Checked<Self> {
        Self::on(TcpStream::connect(address)?)
    }

    /// On a connection that somebody has made.
    pub fn on(stream: TcpStream) -> Checked<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(HANG))?;
        Ok(Self { stream, seen: Vec::new() })
    }

    /// Send bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Checked<()> {
        Ok(self.stream.write_all(bytes.as_ref())?)
    }

    /// Read until this has come. What HTTP/2 puts into a frame of data is there as it is.
    pub fn await_text(&mut self, text: impl AsRef<[u8]>) -> Checked<()> {
        let text = text.as_ref();
        let mut from = 0;
        while !self.has_from(from, text) {
            // What cannot begin it any more has been looked at.
            from = self.seen.len().saturating_sub(text.len());
            let more = self.read().map_err(|error| format!("{error} before `{}`", text.escape_ascii()))?;
            ensure(more, || format!("ended before `{}`: {}", text.escape_ascii(), self.tail()))?;
        }
        Ok(())
    }

    /// Read until the other side has ended it.
    pub fn await_end(&mut self) -> Checked<()> {
        while self.read().map_err(|error| format!("{error} before the end"))? {}
        Ok(())
    }

    /// Whether this has come so far.
    pub fn has(&self, text: impl AsRef<[u8]>) -> bool {
        self.has_from(0, text.as_ref())
    }

    fn has_from(&self, from: usize, text: &[u8]) -> bool {
        let seen = self.seen.get(from..).unwrap_or_default();
        seen.windows(text.len()).any(|window| window == text)
    }

    /// The end of what has come, for people.
    fn tail(&self) -> String {
        let from = self.seen.len().saturating_sub(SHOWN);
        self.seen.get(from..).unwrap_or_default().escape_ascii().to_string()
    }

    /// All that has come so far.
    pub fn seen(&self) -> &[u8] {
        &self.seen
    }

    /// Say that nothing more will be sent.
    pub fn close_half(&self) -> Checked<()> {
        Ok(self.stream.shutdown(Shutdown::Write)?)
    }

    /// Whether the other side still has the connection open. A connection that was reset has ended.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 65_536];
        match self.stream.read(&mut buffer) {
            Ok(length) => {
                self.seen.extend(buffer.iter().take(length));
                Ok(length > 0)
            }
            Err(error) => match error.kind() {
                io::ErrorKind::ConnectionReset => Ok(false),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Err(io::Error::other(HANGS)),
                _ => Err(error),
            },
        }
    }
}
