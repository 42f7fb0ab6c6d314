//! `watchword bundle show`.

use std::fs;
use std::path::PathBuf;

use bundle::{BundleError, Document, Sha256, Text};
use clap::Args;
use contract::ascii_json;
use jose::Compact;

use crate::failure::Failure;
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The bundle.
    file: PathBuf,
}

const WARNING: &str =
    "not verified: nobody vouches for what follows (`watchword bundle verify` asks who does)\n";

/// Print what a bundle says of itself.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let bytes = fs::read(&arguments.file).map_err(|error| Failure::in_file(&arguments.file, error))?;
    let shown = describe(&bytes).map_err(|error| Failure::in_file(&arguments.file, error))?;
    output::print(&shown)
}

/// Everything that comes from the file is written in ASCII: it could steer a terminal.
fn describe(bytes: &[u8]) -> Result<String, BundleError> {
    let document = Document::parse(bytes)?;
    let token = Compact::parse(document.manifest().as_bytes()).map_err(BundleError::Jose)?;
    let claims = token.unverified_claims().map_err(BundleError::Jose)?;
    let content = document.unverified_content()?;
    let mut shown = WARNING.to_owned();
    let mut row = |name: &str, value: String| shown.push_str(&format!("{name:<13} {value}\n"));
    row("signed", format!("{}, key {}", token.algorithm().name(), ascii_json(&token.key_id())));
    row("typ", ascii_json(&token.typ()));
    row("claims", ascii_json(&claims));
    let text = document.content();
    row("content", format!("{} bytes, sha256 {}", text.len(), Sha256::of(text.as_bytes())));
    let file = |Text { name, text }: &Text| format!("{}, {} bytes", ascii_json(name), text.len());
    row("schema", file(&content.schema));
    content.policies.iter().for_each(|policy| row("policy file", file(policy)));
    row("links", content.links.len().to_string());
    row("entities", content.entities.len().to_string());
    Ok(shown)
}
