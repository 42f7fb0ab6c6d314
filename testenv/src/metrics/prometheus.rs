//! A real Prometheus that scrapes real proxies by the shipped configuration.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

use serde_json::Value;

use crate::client::{Request, exchange};
use crate::{Process, free_ports, repository};

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// The shipped configuration asks every 15 seconds, which a test does not wait for.
const INTERVAL: &str = "1s";

/// A running Prometheus. Dropping it ends it.
#[derive(Debug)]
pub struct Prometheus {
    address: SocketAddr,
    _process: Process,
}

/// A proxy that is scraped: how the shipped configuration calls it, and where it is.
pub type Target = (&'static str, SocketAddr);

impl Prometheus {
    /// Whether this machine has the program.
    pub fn is_there() -> bool {
        Command::new("prometheus").arg("--version").output().is_ok_and(|output| output.status.success())
    }

    /// Start it with the shipped configuration and rules, and these addresses in the place of their names.
    ///
    /// # Errors
    /// When it does not start, or the configuration has another name in it.
    pub fn start(directory: &Path, targets: &[Target]) -> io::Result<Self> {
        let shipped = repository().join("envoy/observe");
        let mut text = fs::read_to_string(shipped.join("prometheus.yaml"))?;
        for (name, address) in targets {
            let quoted = format!("\"{name}:9901\"");
            if !text.contains(&quoted) {
                return Err(io::Error::other(format!("prometheus.yaml scrapes no {quoted}")));
            }
            text = text.replace(&quoted, &format!("\"{address}\""));
        }
        let text = text.replace("interval: 15s", &format!("interval: {INTERVAL}"));
        let file = directory.join("prometheus.yaml");
        fs::write(&file, text)?;
        fs::copy(shipped.join("alerts.yaml"), directory.join("alerts.yaml"))?;
        Self::run(directory, &file)
    }

    fn run(directory: &Path, file: &Path) -> io::Result<Self> {
        let ([port], held) = free_ports()?;
        drop(held);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut command = Command::new("prometheus");
        command.arg(format!("--config.file={}", file.display()));
        command.arg(format!("--storage.tsdb.path={}", directory.join("prometheus").display()));
        command.arg(format!("--web.listen-address={address}"));
        let mut process = Process::start("prometheus", &mut command, directory)?;
        let is_ready =
            || exchange(address, &Request::get("/-/ready")).is_ok_and(|answer| answer.status == 200);
        process.wait_until(PATIENCE, is_ready)?;
        Ok(Self { address, _process: process })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The `data` of its answer to `GET path`.
    ///
    /// # Errors
    /// When it does not answer, or with an error.
    pub fn ask(&self, path: &str) -> io::Result<Value> {
        let answer = exchange(self.address, &Request::get(path))?;
        let mut answer: Value = serde_json::from_str(&answer.text()).map_err(io::Error::other)?;
        match answer["status"].as_str() {
            Some("success") => Ok(answer["data"].take()),
            _ => Err(io::Error::other(format!("GET {path}: {answer}"))),
        }
    }

    /// The series that `query` finds now.
    ///
    /// # Errors
    /// When it is no query, or there is no answer.
    pub fn query(&self, query: &str) -> io::Result<Vec<Value>> {
        let text: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let mut data = self.ask(&format!("/api/v1/query?query={text}"))?;
        Ok(data["result"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }
}
