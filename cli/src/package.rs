//! `watchword package`.

mod extras;
mod higress;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use contract::Secrets;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
use crate::modules::Module;
use crate::oci::labels::Labels;
use crate::oci::reference::checked_tag;
use crate::oci::{Digest, Fault, Layout, Manifest, Place, Which, image, imports, pulled};
use crate::output;
use crate::surroundings::ProcessSecrets;

/// What the time of the commit is called by everybody whose builds can be repeated.
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

#[derive(Args)]
pub(crate) struct Arguments {
    /// Which module it is; the name of the file by default.
    #[arg(long, value_enum)]
    module: Option<Module>,
    /// The form: `image` is loaded by everybody, `artifact` has exactly two layers and no archive.
    #[arg(long, value_enum, default_value_t = Form::Image)]
    form: Form,
    /// The version, which becomes the tag in the layout.
    #[arg(long, default_value = env!("CARGO_PKG_VERSION"), value_parser = tag)]
    version: String,
    /// The commit that the module was built from.
    #[arg(long, value_name = "COMMIT")]
    revision: Option<String>,
    /// Where that commit is.
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// When the commit was made, in seconds since the epoch; SOURCE_DATE_EPOCH of the environment by default.
    #[arg(long, value_name = "SECONDS")]
    created: Option<i64>,
    /// The page that Higress shows of the module.
    #[arg(long, value_name = "FILE.md")]
    readme: Option<PathBuf>,
    /// The JSON Schema of the configuration, which Higress makes a form of.
    #[arg(long, value_name = "FILE.json")]
    schema: Option<PathBuf>,
    /// What was linked (CycloneDX).
    #[arg(long, value_name = "FILE.json")]
    sbom: Option<PathBuf>,
    /// A licence or a notice, a layer each.
    #[arg(long, value_name = "FILE")]
    notice: Vec<PathBuf>,
    /// The module, as it was built.
    wasm: PathBuf,
    /// The folder of the layout, which is made anew.
    layout: PathBuf,
}

/// Told before the old layout goes.
fn tag(text: &str) -> Result<String, String> {
    checked_tag(text).map(str::to_owned).map_err(|fault| fault.to_string())
}

/// The two forms that agents load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The last layer is an archive that holds `plugin.wasm`.
    Image,
    /// Two layers, one of them the module as it is.
    Artifact,
}

/// Write the layout and print its two digests.
pub(crate) fn run(arguments: &Arguments) -> ExitCode {
    package(arguments).map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

fn package(arguments: &Arguments) -> Result<(), Failure> {
    let Arguments { wasm, layout: folder, .. } = arguments;
    let kind = arguments.module()?;
    let module = fs::read(wasm).map_err(|error| Failure::in_file(wasm, error))?;
    imports::count(&module).map_err(|fault| Failure::in_file(wasm, fault))?;
    let created = arguments.created()?;
    let (title, about) = (kind.file_name(), higress::About::of(kind));
    let labels = Labels {
        title: &title,
        description: about.description,
        version: &arguments.version,
        revision: arguments.revision.as_deref(),
        source: arguments.source.as_deref(),
        created: created.as_deref(),
    };
    // Read before the old layout goes.
    let extras = extras::read(arguments, &about, &title)?;
    let layout = Layout::create(folder).map_err(Failure::found)?;
    let digest = match arguments.form {
        Form::Image => image::write_image(&layout, &module, &extras, &labels),
        Form::Artifact => image::write_artifact(&layout, &module, &labels),
    };
    let digest = digest.map_err(Failure::found)?;
    read_back(folder, &digest, &module).map_err(|fault| Failure::in_file(folder, fault))?;
    let file = Digest::of(&module);
    output::print(&format!(
        "{title}:{}\n  oci://          sha256: {}\n  http://, file   sha256: {}\n",
        arguments.version,
        digest.hex(),
        file.hex()
    ))
}

impl Arguments {
    fn module(&self) -> Result<Module, Failure> {
        let stem = self.wasm.file_stem().unwrap_or_default().to_string_lossy();
        let named = self.module.map_or_else(|| Module::from_str(&stem, false), Ok);
        named
            .map_err(|_| Failure::Usage(format!("no module is called `{stem}`: --module says which it is")))
    }

    /// As RFC 3339 writes it.
    fn created(&self) -> Result<Option<String>, Failure> {
        let given = ProcessSecrets.secret(SOURCE_DATE_EPOCH);
        let seconds = match (self.created, given) {
            (Some(seconds), _) => seconds,
            (None, Some(text)) => text.trim().parse().map_err(|_| not_a_time(&text))?,
            (None, None) => return Ok(None),
        };
        let time = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| not_a_time(seconds))?;
        time.format(&Rfc3339).map(Some).map_err(|_| not_a_time(seconds))
    }
}

fn not_a_time(value: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!(
        "--created, {SOURCE_DATE_EPOCH}: `{value}` is no number of seconds since the epoch"
    ))
}

/// Read what was written as agents read it: nothing goes out that none of them would load.
fn read_back(folder: &Path, digest: &Digest, module: &[u8]) -> Result<(), Fault> {
    let layout = Layout::open(folder)?;
    let bytes = layout.manifest(&Which::Digest(digest.clone()))?;
    let manifest = Manifest::parse(&bytes.ok_or_else(|| Fault::Missing(digest.to_string()))?)?;
    let pulled = pulled::read(&layout, &manifest)?;
    let found = Digest::of(&pulled.module);
    if pulled.module == module {
        Ok(())
    } else {
        Err(Fault::DigestWrong { said: Digest::of(module), found })
    }
}
