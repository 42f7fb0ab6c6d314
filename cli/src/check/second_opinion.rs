//! What Envoy itself says of a bootstrap.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contract::Entropy;

use super::finding::Finding;
use super::rule::Rule;
use crate::sources::{File, Kind, Source, Stretch};
use crate::surroundings::SystemEntropy;

/// What keeps `envoy` from being asked: that it cannot even be started.
pub(super) fn unavailable(envoy: &Path) -> Option<Finding> {
    let mut command = Command::new(envoy);
    let started = command.arg("--version").stdin(Stdio::null()).output();
    started.err().map(|error| not_asked(envoy, &File::new(envoy, ""), &error))
}

/// Have `envoy` validate the bootstrap that `source` is, with its words filled in.
///
/// It looks for the files that the bootstrap names, so those must be there.
pub(super) fn ask(envoy: &Path, source: &Source, findings: &mut Vec<Finding>, remarks: &mut Vec<String>) {
    let [document] = source.documents.as_slice() else { return };
    if Kind::of(document) != Kind::Bootstrap || !source.faults.is_empty() {
        return;
    }
    match validate(envoy, source.text.content()) {
        Ok(None) => remarks.push(format!("{}: Envoy takes it, too", source.text.file.path.display())),
        Ok(Some(message)) => {
            let at = Stretch::at(source.text.place(document.span.start));
            findings.push(Finding { rule: Rule::EnvoyRefused, at, field: String::new(), message });
        }
        Err(error) => findings.push(not_asked(envoy, &source.text.file, &error)),
    }
}

fn not_asked(envoy: &Path, file: &Rc<File>, error: &io::Error) -> Finding {
    let message = format!("{} was not asked: {error}", envoy.display());
    Finding::of_file(Rule::EnvoyNotAsked, file, message)
}

/// What Envoy says is wrong, if anything.
fn validate(envoy: &Path, bootstrap: &str) -> io::Result<Option<String>> {
    let file = Temporary::new(bootstrap)?;
    let output = Command::new(envoy)
        .args(["--mode", "validate", "--log-level", "error", "-c"])
        .arg(&file.path)
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().rfind(|line| line.contains("error")).or_else(|| said.lines().last());
    let message = last.map(|line| line.rsplit("] ").next().unwrap_or(line));
    Ok(Some(message.unwrap_or("it does not say why").to_owned()))
}

/// A file in a folder of its own that goes when it is not needed any more. Words may stand for secrets, so nobody else
/// can read it.
struct Temporary {
    folder: PathBuf,
    path: PathBuf,
}

impl Temporary {
    /// A new folder with a new file: nobody else's is followed or overwritten.
    fn new(text: &str) -> io::Result<Self> {
        let mut random = [0_u8; 16];
        SystemEntropy.fill(&mut random).map_err(|_| io::Error::other("there is no randomness"))?;
        let name = format!("watchword-check-{}", URL_SAFE_NO_PAD.encode(random));
        let folder = std::env::temp_dir().join(name);
        private_folder().create(&folder)?;
        let file = Self { path: folder.join("bootstrap.yaml"), folder };
        private_file().open(&file.path)?.write_all(text.as_bytes())?;
        Ok(file)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_dir(&self.folder);
    }
}

fn private_folder() -> fs::DirBuilder {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are of Unix"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
