//! Real registries on this machine, and the programs that are not ours.

use std::ffi::OsString;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::Bench;

/// How long a registry may take to listen: it does at once, but not on a machine that is busy.
const STARTS: Duration = Duration::from_secs(20);

/// What a test does between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The password `secret` of the user `ann`, by bcrypt as the registry wants it.
const LOGIN: &str = "ann:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n";

/// One registry, which ends with this value.
pub(crate) struct Registry {
    process: Child,
    /// Host and port.
    pub(crate) host: String,
    folder: PathBuf,
}

/// What the checks need.
pub(crate) struct World {
    /// Open to everybody.
    pub(crate) open: Registry,
    /// Open to `ann`.
    pub(crate) closed: Registry,
}

impl World {
    pub(crate) fn start() -> Self {
        Self { open: Registry::start("open", ""), closed: Registry::start("closed", LOGIN) }
    }
}

impl Registry {
    fn start(name: &str, logins: &str) -> Self {
        let bench = Bench::new(&format!("registry-{name}"));
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let folder = bench.path("data");
        let mut config = format!(
            "version: 0.1\nlog: {{ level: error }}\nstorage: {{ filesystem: {{ rootdirectory: {} }} }}\nhttp: {{ addr: {address} }}\n",
            folder.display()
        );
        if !logins.is_empty() {
            bench.write("logins", logins.as_bytes());
            config.push_str(&format!(
                "auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n",
                bench.path("logins").display()
            ));
        }
        bench.write("config.yml", config.as_bytes());
        let log = fs::File::create(bench.path("log")).unwrap();
        let mut command = Command::new(program("WATCHWORD_REGISTRY"));
        command.arg("serve").arg(bench.path("config.yml")).stdout(Stdio::null()).stderr(log);
        let registry = Self { process: command.spawn().unwrap(), host: address.to_string(), folder };
        let mut waited = Duration::ZERO;
        while TcpStream::connect(address).is_err() {
            assert!(waited < STARTS, "the registry does not listen");
            std::thread::sleep(PAUSE);
            waited += PAUSE;
        }
        registry
    }

    /// The reference of `name` here.
    pub(crate) fn at(&self, name: &str) -> String {
        format!("{}/{name}", self.host)
    }

    /// Where it keeps the blob of this digest.
    pub(crate) fn blob_path(&self, digest: &str) -> PathBuf {
        let hex = digest.trim_start_matches("sha256:");
        self.folder.join("docker/registry/v2/blobs/sha256").join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Run a program that is not ours, which must end well, and say what it printed.
pub(crate) fn foreign(variable: &str, arguments: &[&str]) -> String {
    let output = Command::new(program(variable)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Copy an image by skopeo, as it is.
pub(crate) fn skopeo_copy(from: &str, to: &str) {
    let plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    foreign(
        "SKOPEO",
        &[["copy", "--quiet", "--preserve-digests"].as_slice(), &plain, &[from, to]].concat(),
    );
}

fn program(variable: &str) -> OsString {
    std::env::var_os(variable)
        .unwrap_or_else(|| panic!("{variable} names no program; run `scripts/test package`"))
}
