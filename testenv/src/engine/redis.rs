//! A Redis of a test's own.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{Process, free_ports};

/// The package `redis-server` of the system.
const PROGRAM: &str = "redis-server";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long it may take to say that it is there.
const ANSWER: Duration = Duration::from_secs(1);

/// A running Redis on the loopback, which writes nothing to disk but its log. Dropping it ends it.
#[derive(Debug)]
pub struct Redis {
    _process: Process,
    address: SocketAddr,
}

impl Redis {
    /// Whether there is one on this machine to start.
    pub fn is_installed() -> bool {
        let mut command = Command::new(PROGRAM);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// Start one on a free port; its log goes to `directory`.
    ///
    /// # Errors
    /// When it is not installed, or does not start; the message holds the end of its log.
    pub fn start(directory: &Path) -> io::Result<Self> {
        let ([port], held) = free_ports()?;
        drop(held);
        let mut command = Command::new(PROGRAM);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--daemonize", "no"]);
        // What it counts is of use as long as it runs.
        command.args(["--save", "", "--appendonly", "no", "--dir"]).arg(directory);
        let mut process = Process::start("redis", &mut command, directory)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        process.wait_until(PATIENCE, || ping(address).is_ok_and(|answer| &answer == b"+PONG"))?;
        Ok(Self { _process: process, address })
    }

    /// Where it is, as clients of Redis are told.
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }
}

/// The first bytes of its answer.
fn ping(address: SocketAddr) -> io::Result<[u8; 5]> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(b"PING\r\n")?;
    let mut answer = [0; 5];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}
