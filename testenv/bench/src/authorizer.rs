//! The external authorizer: `testenv/authorizer`, a program of its own.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use testenv::{Issuer, Process, free_ports, repository};

use crate::accounts::cpu_of;
use crate::filters::policies;

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// The policies that it asks: as many as ours.
const POLICIES: usize = 10;

/// The running program. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Authorizer {
    process: Process,
    port: u16,
}

impl Authorizer {
    /// Start it on the cores of whoever asks, which are those of the load: on the proxy's it would take from the proxy
    /// what is measured.
    ///
    /// # Errors
    /// When it is not built, or does not start.
    pub(crate) fn start(directory: &Path, issuer: &Issuer) -> io::Result<Self> {
        let program = repository().join("target/authorizer/release/watchword-testenv-authorizer");
        if !program.is_file() {
            return Err(io::Error::other(format!(
                "{} is missing: scripts/bench makes it",
                program.display()
            )));
        }
        let file = directory.join("policies.cedar");
        let keys = directory.join("keys.json");
        fs::write(&file, policies(POLICIES))?;
        fs::write(&keys, issuer.key_set().to_string())?;
        let ([port], held) = free_ports()?;
        drop(held);
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(program);
        command.arg(address.to_string()).arg(&file).arg(&keys);
        let mut process = Process::start("authorizer", &mut command, directory)?;
        process.wait_until(PATIENCE, || TcpStream::connect(address).is_ok())?;
        Ok(Self { process, port })
    }

    /// CPU time that it has taken so far.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        cpu_of(self.process.id())
    }

    /// Where it listens.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}
