//! What Envoy itself says of a bootstrap.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::finding::Finding;
use super::rule::Rule;
use crate::sources::{Kind, Source, Stretch};

/// Have `envoy` validate the bootstrap that `source` is, with its words filled in.
///
/// It looks for the files that the bootstrap names, so those must be there.
pub(super) fn ask(envoy: &Path, source: &Source, findings: &mut Vec<Finding>, remarks: &mut Vec<String>) {
    let [document] = source.documents.as_slice() else { return };
    if Kind::of(document) != Kind::Bootstrap || !source.faults.is_empty() {
        return;
    }
    let path = source.text.file.path.display();
    match validate(envoy, source.text.content()) {
        Ok(None) => remarks.push(format!("{path}: Envoy takes it, too")),
        Ok(Some(message)) => {
            let at = Stretch::at(source.text.place(document.span.start));
            findings.push(Finding { rule: Rule::EnvoyRefused, at, field: String::new(), message });
        }
        Err(error) => remarks.push(format!("{path}: Envoy was not asked, {}: {error}", envoy.display())),
    }
}

/// What Envoy says is wrong, if anything.
fn validate(envoy: &Path, bootstrap: &str) -> std::io::Result<Option<String>> {
    let mut file = Temporary::new()?;
    file.write(bootstrap)?;
    let output = Command::new(envoy)
        .args(["--mode", "validate", "--log-level", "error", "-c"])
        .arg(&file.0)
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

/// A file that goes when it is not needed any more.
struct Temporary(std::path::PathBuf);

impl Temporary {
    fn new() -> std::io::Result<Self> {
        let name = format!("watchword-check-{}.yaml", std::process::id());
        Ok(Self(std::env::temp_dir().join(name)))
    }

    fn write(&mut self, text: &str) -> std::io::Result<()> {
        // A new file only: nobody else's is followed or overwritten.
        let _ = std::fs::remove_file(&self.0);
        std::fs::File::create_new(&self.0)?.write_all(text.as_bytes())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
