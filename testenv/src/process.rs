//! Child processes that end with their owner: when it is dropped, also while a test panics. Only an owner
//! that is killed outright leaves them behind; [`crate::interrupt`] is for signals that can be caught.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{io, thread};

use crate::interrupt;

/// Lines of a log that go into an error: enough for Envoy's own message, which comes last.
const TAIL_LINES: usize = 25;

/// How often readiness is asked for.
const POLL: Duration = Duration::from_millis(20);

/// A child process whose output goes to a file. Dropping it kills exactly that child, also while a test
/// panics.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Start `command`; its output goes to `NAME.log` in `directory`.
    ///
    /// # Errors
    /// When the program cannot be started; the message names it.
    pub fn start(name: &str, command: &mut Command, directory: &Path) -> io::Result<Self> {
        let log = directory.join(format!("{name}.log"));
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().map_err(|error| {
            io::Error::other(format!("{} does not start: {error}", command.get_program().display()))
        })?;
        Ok(Self { name: name.to_owned(), child, log })
    }

    /// Wait until `ready` says so.
    ///
    /// # Errors
    /// When the process ends, or `patience` does, before that, or somebody wants this process to end; the
    /// message holds the end of its log.
    pub fn wait_until(&mut self, patience: Duration, mut ready: impl FnMut() -> bool) -> io::Result<()> {
        let start = Instant::now();
        loop {
            interrupt::check()?;
            if let Some(status) = self.child.try_wait()? {
                return Err(self.failure(&format!("ended with {status}")));
            }
            if ready() {
                return Ok(());
            }
            if start.elapsed() > patience {
                return Err(self.failure(&format!("was not ready within {patience:?}")));
            }
            thread::sleep(POLL);
        }
    }

    /// Wait for its end.
    ///
    /// # Errors
    /// When it does not end within `patience`.
    pub fn wait_for_end(&mut self, patience: Duration) -> io::Result<ExitStatus> {
        let start = Instant::now();
        while start.elapsed() < patience {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
        Err(self.failure(&format!("did not end within {patience:?}")))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All it has printed so far.
    pub fn output(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    fn failure(&self, what: &str) -> io::Error {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n");
        io::Error::other(format!("{} {what}; end of {}:\n{tail}", self.name, self.log.display()))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only if the child is gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunDirectory;

    #[test]
    fn a_process_that_dies_early_is_reported_with_the_end_of_its_log() {
        let directory = RunDirectory::create("process").unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo cannot bind; exit 3"]);
        let mut process = Process::start("dying", &mut command, directory.path()).unwrap();
        let error = process.wait_until(Duration::from_secs(5), || false).unwrap_err().to_string();
        assert!(error.contains("dying ended with exit status: 3"), "{error}");
        assert!(error.contains("cannot bind"), "{error}");
    }

    #[test]
    fn dropping_ends_the_child() {
        let directory = RunDirectory::create("process").unwrap();
        let mut command = Command::new("sleep");
        let process = Process::start("sleeping", command.arg("600"), directory.path()).unwrap();
        let proc_entry = PathBuf::from(format!("/proc/{}", process.id()));
        assert!(proc_entry.exists());
        drop(process);
        assert!(!proc_entry.exists());
    }
}
