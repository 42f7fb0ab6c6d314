//! `watchword bundle verify`.

use std::fs;
use std::path::{Path, PathBuf};

use bundle::{Bundle, BundleName, Content, Document, Manifest, Trust};
use clap::Args;
use contract::UnixTime;
use jose::{Algorithm, Compact, KeySet, KeyUse, Ring};
use serde_json::Value;

use super::build::parse_algorithm;
use crate::failure::Failure;
use crate::{date, output};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The key set that the proxies have (RFC 7517 §5); `watchword bundle public-keys` prints one.
    #[arg(long, value_name = "JWKS.json")]
    keys: PathBuf,
    /// The name that the bundle must have; any by default.
    #[arg(long, value_parser = BundleName::parse)]
    name: Option<BundleName>,
    /// The lowest version that is taken.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    min_version: u64,
    /// An algorithm that is taken, the preferred first; all that a key of the set is for by default.
    #[arg(long, value_parser = parse_algorithm)]
    algorithm: Vec<Algorithm>,
    /// The time for which it is verified; now by default.
    #[arg(long, value_name = "DATE", value_parser = date::parse)]
    at: Option<UnixTime>,
    /// The bundle.
    file: PathBuf,
}

/// Verify a bundle as a proxy does, and print what was signed.
pub(crate) fn run(arguments: &Arguments, now: UnixTime) -> Result<(), Failure> {
    let in_file = |message: &dyn std::fmt::Display| Failure::in_file(&arguments.file, message);
    let keys = keys(&arguments.keys)?;
    let document = fs::read(&arguments.file).map_err(|error| in_file(&error))?;
    let name = match &arguments.name {
        Some(name) => name.clone(),
        None => own_name(&document).map_err(|message| in_file(&message))?,
    };
    let trust = Trust::new(name.as_str(), arguments.min_version, arguments.algorithms());
    let trust = trust.map_err(|error| Failure::Usage(error.to_string()))?;
    let at = arguments.at.unwrap_or(now);
    let bundle = Bundle::verify(document, &trust, &keys, &Ring, at).map_err(|error| in_file(&error))?;
    let content = bundle.content().map_err(|error| in_file(&error))?;
    let described = describe(bundle.manifest(), &content);
    authz::validate(content).map_err(|error| in_file(&error.message()))?;
    output::print(&described)
}

impl Arguments {
    fn algorithms(&self) -> Vec<Algorithm> {
        if self.algorithm.is_empty() {
            return Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_symmetric()).collect();
        }
        self.algorithm.clone()
    }
}

fn keys(path: &Path) -> Result<KeySet, Failure> {
    let document = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
    KeySet::parse(&document, KeyUse::Signature)
        .map_err(|error| Failure::in_file(path, format_args!("not a usable key set: {error}")))
}

/// The name that a bundle gives itself, so that every one is the one that is wanted.
fn own_name(document: &[u8]) -> Result<BundleName, String> {
    let document = Document::parse(document).map_err(|error| error.to_string())?;
    let claims = Compact::parse(document.manifest().as_bytes()).and_then(|token| token.unverified_claims());
    let claims = claims.map_err(|error| bundle::BundleError::Jose(error).to_string())?;
    let name = claims.get("name").and_then(Value::as_str);
    let name = name.and_then(|name| BundleName::parse(name).ok());
    name.ok_or_else(|| bundle::BundleError::ClaimMalformed(bundle::Claim::Name).to_string())
}

fn describe(manifest: &Manifest, content: &Content) -> String {
    let rows = [
        ("name", manifest.name().to_string()),
        ("version", manifest.version().to_string()),
        ("issued at", date::show(manifest.issued_at())),
        ("not after", date::show(manifest.not_after())),
        ("key", manifest.key_id().unwrap_or("the only one").to_owned()),
        ("content", format!("{} bytes, sha256 {}", manifest.content_bytes(), manifest.content())),
        ("schema", format!("{}, sha256 {}", content.schema.name, manifest.schema())),
        ("policy files", content.policies.len().to_string()),
        ("links", content.links.len().to_string()),
        ("entities", content.entities.len().to_string()),
    ];
    rows.into_iter().map(|(name, value)| format!("{name:<13} {value}\n")).collect()
}
