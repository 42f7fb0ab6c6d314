//! The real engine: see `testenv/engine`.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::{Process, free_ports, repository};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(10);

/// How to start one.
#[derive(Debug, Clone)]
pub struct LimitadorOptions<'a> {
    /// The limits, as its file has them.
    pub limits: &'a Value,
    /// Where it counts, if not in its memory: see [`super::Redis::url`].
    pub redis: Option<String>,
    /// How its answers tell what is left: `nothing`, `headers` or `statuses`.
    pub says: &'static str,
}

/// A running engine. Dropping it ends it.
#[derive(Debug)]
pub struct Limitador {
    _process: Process,
    address: SocketAddr,
}

impl Limitador {
    /// Build the program, with the cargo that builds the tests.
    ///
    /// # Errors
    /// When it does not build.
    pub fn build(cargo: &str) -> io::Result<PathBuf> {
        let package = repository().join("testenv/engine");
        let target = repository().join("target/engine");
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--locked", "--target-dir"]).arg(&target).current_dir(package);
        if !command.status()?.success() {
            return Err(io::Error::other("the engine does not build"));
        }
        Ok(target.join("debug/watchword-testenv-engine"))
    }

    /// Start `program` on a free port and wait until it listens; its limits and its log go to `directory`.
    ///
    /// # Errors
    /// When it refuses its limits or does not reach its Redis; the message holds the end of its log.
    pub fn start(program: &Path, directory: &Path, options: &LimitadorOptions<'_>) -> io::Result<Self> {
        let ([port], held) = free_ports()?;
        drop(held);
        let name = format!("engine-{port}");
        let limits = directory.join(format!("{name}.limits.json"));
        // JSON is YAML.
        fs::write(&limits, options.limits.to_string())?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new(program);
        command.arg(address.to_string()).arg(limits).args(["--says", options.says]);
        command.args(options.redis.iter().flat_map(|url| ["--redis", url]));
        let mut process = Process::start(&name, &mut command, directory)?;
        process.wait_until(PATIENCE, || TcpStream::connect(address).is_ok())?;
        Ok(Self { _process: process, address })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}
