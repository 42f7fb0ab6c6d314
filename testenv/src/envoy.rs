//! One real Envoy.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, ExitStatus, Output};
use std::time::Duration;
use std::{fs, io};

use crate::client::{Request, exchange};
use crate::workers::WORKERS;
use crate::{AccessLog, Bootstrap, Process, older, places};

/// How long an Envoy may take to start. V8 compiles the whole module first: seconds of CPU, and tests share
/// cores.
const PATIENCE: Duration = Duration::from_secs(90);

/// What the shipped bootstraps want of the environment of any proxy: free memory is kept for each core, and not for each
/// thread.
const ALLOCATOR: (&str, &str) = ("GLIBC_TUNABLES", "glibc.pthread.rseq=0");

/// How to start an Envoy.
#[derive(Debug, Clone)]
pub struct EnvoyOptions {
    /// Worker threads.
    pub concurrency: u32,
    /// Environment variables beside those of this process.
    pub environment: Vec<(&'static str, String)>,
    /// How long it lets go of connections that began under a listener which it has no more, in seconds.
    pub drain_seconds: u32,
    /// Its place among processes that hand the same listeners on, if there are any.
    pub generation: Option<Generation>,
}

/// A place among processes that hand the same listeners on: each takes them over from the one before, which lets go of
/// its connections and then ends by itself.
#[derive(Debug, Clone, Copy)]
pub struct Generation {
    /// What all of them have in common, and nobody else on this machine.
    pub family: u16,
    /// 0 for the first.
    pub number: u32,
}

/// What `drain_seconds` of [`EnvoyOptions`] is by default, which is Envoy's own.
pub const DRAIN_SECONDS: u32 = 600;

/// How long after it has handed its listeners on a process ends, beyond the time for its connections, in seconds.
const ENDS_AFTER: u32 = 2;

impl Default for EnvoyOptions {
    /// Two workers: enough for what is shared between them to go wrong.
    fn default() -> Self {
        Self {
            concurrency: WORKERS as u32,
            environment: Vec::new(),
            drain_seconds: DRAIN_SECONDS,
            generation: None,
        }
    }
}

/// A running Envoy. Dropping it ends it.
#[derive(Debug)]
pub struct Envoy {
    process: Process,
    admin: SocketAddr,
    access_log: AccessLog,
}

impl Envoy {
    /// Start an Envoy; it need not be ready yet. What it would not know in the bootstrap is said in older words.
    ///
    /// # Errors
    /// When the program is missing.
    pub fn start(
        name: &str,
        bootstrap: &Bootstrap,
        directory: &Path,
        admin_port: u16,
        options: &EnvoyOptions,
    ) -> io::Result<Self> {
        let file = older::adapted(bootstrap)?.write(directory, name)?;
        let mut command = Command::new(places::envoy_binary());
        command.arg("-c").arg(file);
        command.args(["--concurrency", &options.concurrency.to_string()]);
        command.args(["--drain-time-s", &options.drain_seconds.to_string()]);
        command.args(Generation::arguments(options));
        // Entries of the access log are looked at right after the answer.
        command.args(["--file-flush-interval-msec", "10"]);
        command.args(["--log-level", "warning", "--component-log-level", "wasm:info"]);
        command.env(ALLOCATOR.0, ALLOCATOR.1);
        command.envs(options.environment.iter().map(|(name, value)| (name, value)));
        let process = Process::start(name, &mut command, directory)?;
        let admin = SocketAddr::from((Ipv4Addr::LOCALHOST, admin_port));
        Ok(Self { process, admin, access_log: AccessLog::new(&access_log(directory, name)) })
    }

    /// Wait until it accepts requests.
    ///
    /// # Errors
    /// When it refuses its configuration or does not get ready; the message holds the end of its log.
    pub fn ready(&mut self) -> io::Result<()> {
        let admin = self.admin;
        let is_live = || exchange(admin, &Request::get("/ready")).is_ok_and(|answer| answer.status == 200);
        self.process.wait_until(PATIENCE, is_live)
    }

    /// Its access log.
    pub const fn access_log(&self) -> &AccessLog {
        &self.access_log
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.process.output()
    }

    /// Ask it to end, as a machine does that shuts down.
    ///
    /// # Errors
    /// When it has ended before.
    pub fn terminate(&self) -> io::Result<()> {
        let status = Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other("it has ended before")) }
    }

    /// Wait for its end.
    ///
    /// # Errors
    /// When it does not end within `patience`; the message holds the end of its log.
    pub fn ended(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        self.process.wait_for_end(patience)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Bytes of memory that it holds now.
    ///
    /// # Errors
    /// When it has ended.
    pub fn resident_bytes(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kilobytes.map(|kilobytes| kilobytes * 1024).ok_or_else(|| io::Error::other("it has ended"))
    }

    /// Where its admin interface listens.
    pub const fn admin_address(&self) -> SocketAddr {
        self.admin
    }

    /// The answer of its admin interface to `GET path`.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn admin(&self, path: &str) -> io::Result<String> {
        exchange(self.admin, &Request::get(path)).map(|answer| answer.text())
    }

    /// The counters and gauges whose names contain `part`, summed up.
    ///
    /// # Errors
    /// When the admin interface does not answer, or has none of that name: nothing is not the same as 0.
    pub fn stat(&self, part: &str) -> io::Result<u64> {
        let stats = self.admin("/stats")?;
        let lines = stats.lines().filter(|line| line.contains(part));
        let values = lines.filter_map(|line| line.rsplit(": ").next()?.parse::<u64>().ok());
        let sum = values.reduce(|sum, value| sum + value);
        sum.ok_or_else(|| io::Error::other(format!("no counter has a name with `{part}` in it")))
    }

    /// Have Envoy check a bootstrap as it stands: it loads the module and shows it its configuration.
    ///
    /// # Errors
    /// When the program is missing.
    pub fn validate(bootstrap: &Bootstrap, directory: &Path, options: &EnvoyOptions) -> io::Result<Output> {
        let file = bootstrap.write(directory, "validate")?;
        let mut command = Command::new(places::envoy_binary());
        command.args(["--mode", "validate", "-c"]).arg(file);
        command.envs(options.environment.iter().map(|(name, value)| (name, value)));
        command.output()
    }
}

impl Generation {
    fn arguments(options: &EnvoyOptions) -> Vec<String> {
        let Some(Self { family, number }) = options.generation else {
            return vec!["--disable-hot-restart".to_owned()];
        };
        let ends_after = options.drain_seconds.saturating_add(ENDS_AFTER);
        let arguments = [
            ("--base-id", u32::from(family)),
            ("--restart-epoch", number),
            ("--parent-shutdown-time-s", ends_after),
        ];
        arguments.into_iter().flat_map(|(name, value)| [name.to_owned(), value.to_string()]).collect()
    }
}

/// Where the Envoy `name` of a run writes its access log.
pub(crate) fn access_log(directory: &Path, name: &str) -> std::path::PathBuf {
    directory.join(format!("{name}.access.json"))
}
