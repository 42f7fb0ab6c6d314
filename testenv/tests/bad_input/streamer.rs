//! A service whose answers a test writes, byte by byte.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::{io, thread};

use testenv::report::Checked;

use crate::row::{HANG, HANGS};
use crate::tap::Tap;

/// A listener that hands its connections to whoever asks for the next.
pub struct Streamer {
    address: SocketAddr,
    connections: Mutex<Receiver<std::net::TcpStream>>,
}

impl Streamer {
    /// On a free port of the loopback, until the process ends.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (sender, connections) = channel();
        thread::spawn(move || listener.incoming().flatten().try_for_each(|stream| sender.send(stream)));
        Ok(Self { address, connections: Mutex::new(connections) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next request, of which the head has come.
    pub fn next(&self) -> Checked<Tap> {
        let connections = self.connections.lock().map_err(|_| "a test has panicked")?;
        let mut tap =
            Tap::on(connections.recv_timeout(HANG).map_err(|_| format!("{HANGS}: nobody asks"))?)?;
        tap.await_text("\r\n\r\n")?;
        Ok(tap)
    }

    /// Whether nobody has connected since.
    pub fn is_idle(&self) -> bool {
        self.connections.lock().is_ok_and(|connections| connections.try_recv().is_err())
    }
}
