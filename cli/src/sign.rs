//! `watchword sign`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::oci::keys::Signing;
use crate::oci::{Manifest, Reference, Target, signature};
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The key: P-256, unencrypted PKCS#8 in PEM.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// The repository that the signature names, HOST/PATH: that of the reference by default, and needed for a
    /// layout. Verifiers look at the digest; this tells people what was meant.
    #[arg(long, value_name = "HOST/PATH")]
    repository: Option<String>,
    /// The image of the layout, where there are several.
    #[arg(long)]
    tag: Option<String>,
    /// Speak in the clear to a registry that is not on this machine.
    #[arg(long)]
    plain_http: bool,
    /// The layout, or a reference to an image in a registry.
    image: String,
}

/// Sign, and print what was signed.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    sign(arguments).map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn sign(arguments: &Arguments) -> Result<(), Failure> {
    let target = Target::parse(&arguments.image, arguments.tag.as_deref(), arguments.plain_http);
    let target = target.map_err(Failure::found)?;
    let repository = arguments.repository(&target)?;
    let key = Signing::load(&arguments.key).map_err(Failure::found)?;
    let (bytes, digest) = target.manifest().map_err(Failure::found)?;
    Manifest::parse(&bytes).map_err(Failure::found)?;
    signature::sign(target.place(), &digest, &repository, &key).map_err(Failure::found)?;
    output::print(&format!("{repository}@{digest}\n  signed, under {}\n", signature::tag(&digest)))
}

impl Arguments {
    fn repository(&self, target: &Target) -> Result<String, Failure> {
        let named = self.repository.as_deref().or(match target {
            Target::Registry(..) => Some(self.image.as_str()),
            Target::Layout(..) => None,
        });
        let named = named.ok_or_else(|| {
            Failure::Usage("--repository is needed for a layout: where will the image be?".to_owned())
        })?;
        Reference::parse(named).map(|reference| reference.repository()).map_err(Failure::found)
    }
}
