//! Whether the proxy is as well as before.

use std::thread;
use std::time::{Duration, Instant};

use testenv::Envoy;
use testenv::client::{Connection, Request};
use testenv::report::{Checked, ensure};

use crate::row::{HANG, HANGS, in_time};

/// What is asked of the admin interface.
const ASKED: &str = "/stats?filter=(vm_reload|wasm_vm_count|downstream_rq_active)";

/// The id of requests that only show that somebody answers.
pub const PROBE: &str = "probe";

/// VMs, reloads of any kind, and requests that are open.
#[derive(Debug, PartialEq, Eq)]
pub struct Counts {
    pub vms: u64,
    pub reloads: u64,
    pub open: u64,
}

impl Counts {
    /// As they are now.
    pub fn of(envoy: &Envoy) -> Checked<Self> {
        let stats = envoy.admin(ASKED)?;
        let sum = |part: &str| -> Checked<u64> {
            let lines = stats.lines().filter(|line| line.contains(part) && !line.starts_with("http.admin"));
            let values = lines.filter_map(|line| line.rsplit(": ").next()?.parse::<u64>().ok());
            let sum = values.reduce(|sum, value| sum + value);
            Ok(sum.ok_or_else(|| format!("no counter has a name with `{part}` in it"))?)
        };
        Ok(Self {
            vms: sum("wasm_vm_count")?,
            reloads: sum("vm_reload")?,
            open: sum("downstream_rq_active")?,
        })
    }

    /// Nobody has trapped, no VM has come or gone, and no request is left.
    pub fn are_still_those_of(&self, envoy: &Envoy) -> Checked<()> {
        let start = Instant::now();
        loop {
            let now = Self::of(envoy)?;
            ensure((now.vms, now.reloads) == (self.vms, self.reloads), || {
                format!("{now:?} after {self:?}")
            })?;
            if now.open == 0 {
                return Ok(());
            }
            ensure(start.elapsed() < HANG, || format!("{HANGS}: {} requests are left", now.open))?;
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Two good requests side by side, one for each worker, are answered at once.
pub fn answers(edge: std::net::SocketAddr) -> Checked<()> {
    let start = Instant::now();
    let mut connections = [Connection::plain(edge)?, Connection::plain(edge)?];
    let good = Request::get("/healthz").header("x-request-id", PROBE);
    for connection in &mut connections {
        let status = connection.exchange(&good)?.status;
        ensure(status == 200, || format!("a good request is answered with {status} afterwards"))?;
    }
    in_time(start.elapsed())
}
