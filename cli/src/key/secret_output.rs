//! Secrets, and where they go: into a file that nobody else reads, or to a program.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::failure::Failure;
use crate::output;

/// Bytes of a random secret: as many as SHA-256 has.
const SECRET_BYTES: usize = 32;

/// The owner reads and writes, nobody else does anything.
const OWNER_ONLY: u32 = 0o600;

/// Write `secret` into a new file at `path`; to standard output for `-`, and where nothing is said if that is no
/// terminal, which other people see and which keeps what it has shown.
pub(super) fn write(path: Option<&Path>, secret: &str) -> Result<(), Failure> {
    match path {
        Some(path) if path.as_os_str() == "-" => output::print(secret),
        Some(path) => write_file(path, secret).map_err(|error| Failure::in_file(path, error)),
        None if io::stdout().is_terminal() => Err(Failure::Usage(
            "standard output is a terminal: say --output FILE, or --output - to show the secret".to_owned(),
        )),
        None => output::print(secret),
    }
}

/// 256 random bits in base64url.
pub(super) fn random_text() -> Result<String, Failure> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| Failure::found(format_args!("no randomness: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn write_file(path: &Path, secret: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()
}
