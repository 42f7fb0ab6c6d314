//! `watchword push`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use crate::oci::copy::copy;
use crate::oci::credentials::Login;
use crate::oci::{Digest, Fault, Layout, Place, Reference, Registry, Which, signature};
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The image of the layout, where there are several.
    #[arg(long)]
    tag: Option<String>,
    /// Give the tag to this image although it is another's.
    #[arg(long)]
    move_tag: bool,
    /// Speak in the clear to a registry that is not on this machine.
    #[arg(long)]
    plain_http: bool,
    /// The layout.
    layout: PathBuf,
    /// Where it goes: HOST/PATH, with :TAG where that is not the one in the layout.
    reference: String,
}

/// Push, and print by what the image should be referred to.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    let pushed = push(arguments).map_err(Failure::found).and_then(|said| output::print(&said));
    pushed.map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn push(arguments: &Arguments) -> Result<String, Fault> {
    let layout = Layout::open(&arguments.layout)?;
    let which = match &arguments.tag {
        Some(tag) => Which::Tag(tag.clone()),
        None => layout.only_image()?,
    };
    let bytes = layout.manifest(&which)?.ok_or_else(|| Fault::Missing(which.to_string()))?;
    let digest = Digest::of(&bytes);
    let reference = Reference::parse(&arguments.reference)?;
    let tag = reference.tag().map(str::to_owned).or_else(|| layout.tag_of(&digest));
    let tag = tag.ok_or_else(|| Fault::Missing("a tag of the image".to_owned()))?;
    let registry = Registry::new(&reference, arguments.plain_http, Login::of_process())?;
    if !arguments.move_tag {
        check_free(&registry, &tag, &digest)?;
    }
    copy(&layout, &which, &registry, &tag)?;
    let signed = Which::Tag(signature::tag(&digest));
    let is_signed = layout.manifest(&signed)?.is_some();
    if is_signed {
        copy(&layout, &signed, &registry, &signed.to_string())?;
    }
    Ok(said(&reference, &tag, &digest, is_signed))
}

/// A tag that has been pulled by somebody must go on meaning the same.
fn check_free(registry: &Registry, tag: &str, digest: &Digest) -> Result<(), Fault> {
    let taken = registry.manifest(&Which::Tag(tag.to_owned()))?.map(|bytes| Digest::of(&bytes));
    match taken {
        Some(by) if by != *digest => Err(Fault::TagTaken { tag: tag.to_owned(), by }),
        Some(_) | None => Ok(()),
    }
}

fn said(reference: &Reference, tag: &str, digest: &Digest, is_signed: bool) -> String {
    let repository = reference.repository();
    let signed = if is_signed { "with its signatures" } else { "without a signature" };
    let latest = if tag == "latest" { "; agents fetch `latest` anew at every change" } else { "" };
    format!(
        "{repository}:{tag}@{digest}\n  pushed {signed}. Whoever may push can move a tag{latest}: refer to the digest.\n"
    )
}
