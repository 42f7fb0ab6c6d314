//! `watchword verify-image`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::oci::keys::Public;
use crate::oci::{Digest, Fault, Manifest, Target, imports, pulled, signature};
use crate::output;
use crate::plain::plain;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The public key of who should have signed it, in PEM. Without it no signature is looked at.
    #[arg(long, value_name = "PUBLIC.pem")]
    key: Option<PathBuf>,
    /// The image of the layout, where there are several.
    #[arg(long)]
    tag: Option<String>,
    /// Speak in the clear to a registry that is not on this machine.
    #[arg(long)]
    plain_http: bool,
    /// The layout, or a reference to an image in a registry.
    image: String,
}

/// Verify, and print what was found.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let verified =
        verify(arguments).map_err(|fault| Failure::found(format_args!("{}: {fault}", arguments.image)));
    verified.and_then(|said| output::print(&said)).map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn verify(arguments: &Arguments) -> Result<String, Fault> {
    let target = Target::parse(&arguments.image, arguments.tag.as_deref(), arguments.plain_http)?;
    let place = target.place();
    let (bytes, digest) = target.manifest()?;
    // The key first: an image of somebody else is not worth a look.
    let signed = match &arguments.key {
        Some(path) => {
            signature::verify(place, &digest, &Public::load(path)?)?;
            format!("good, by {}", path.display())
        }
        None => "not looked at, for there is no --key".to_owned(),
    };
    let manifest = Manifest::parse(&bytes)?;
    let pulled = pulled::read(place, &manifest)?;
    let mut size = 0_u64;
    for blob in manifest.blobs() {
        place.blob(blob)?;
        size = size.saturating_add(blob.size);
    }
    let count = imports::count(&pulled.module)?;
    let mut said = String::new();
    let mut line = |name: &str, value: &str| {
        let _infallible = writeln!(said, "{:<13} {}", plain(name), plain(value));
    };
    line("digest", &digest.to_string());
    line("form", &pulled.variant.to_string());
    line("blobs", &format!("{}, {size} bytes, each as its descriptor says", manifest.blobs().len()));
    line("module", &format!("{}, {} bytes", Digest::of(&pulled.module), pulled.module.len()));
    line("imports", &format!("{count}, all of them given by Envoy"));
    line("signature", &signed);
    for (name, value) in &manifest.annotations {
        line(name.trim_start_matches("org.opencontainers.image."), value);
    }
    Ok(said)
}
