//! `watchword bundle build`.

use std::path::PathBuf;

use authz::Validated;
use bundle::{Bundle, BundleName, Content, Manifest, Meta, Trust, seal};
use clap::Args;
use contract::{ConfigError, UnixTime};
use jose::{Algorithm, KeySet, KeyUse, Ring, SigningKey};
use serde_json::json;

use super::folder::Sources;
use crate::date::{self, End};
use crate::failure::Failure;
use crate::{output, signing_keys};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Which bundle it is: the name that the configuration of the proxies says.
    #[arg(long, value_parser = BundleName::parse)]
    name: BundleName,
    /// A number that no other bundle of this name has had: proxies take no lower one after it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    version: u64,
    /// From when on proxies do not take it any more: `2027-01-01`, `2027-01-01T12:00:00Z`, seconds since the
    /// epoch, or `90d` from now.
    #[arg(long, value_name = "DATE|DAYSd", value_parser = End::parse)]
    not_after: End,
    /// The key that signs, unencrypted PKCS#8 in PEM: `openssl genpkey -algorithm EC -pkeyopt
    /// ec_paramgen_curve:P-256` makes one.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// What the key is called in the key set of the proxies; its thumbprint (RFC 7638) by default.
    #[arg(long, value_name = "ID")]
    kid: Option<String>,
    /// What the key must sign with. The key decides; this refuses another one than is meant.
    #[arg(long, value_parser = parse_algorithm)]
    algorithm: Option<Algorithm>,
    /// The schema, where FOLDER has none or several.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Entities in Cedar's JSON format, in place of FOLDER/entities.json.
    #[arg(long, value_name = "FILE")]
    entities: Option<PathBuf>,
    /// Template links, in place of FOLDER/links.json.
    #[arg(long, value_name = "FILE")]
    links: Option<PathBuf>,
    /// Where the bundle goes; standard output by default.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The folder with the policies.
    folder: PathBuf,
}

/// What judges a content before it is signed, as a proxy would.
type Judge = fn(Content) -> Result<Validated, ConfigError>;

/// Make a bundle, and say on standard error which.
pub(crate) fn run(arguments: &Arguments, now: UnixTime, judge: Judge) -> Result<(), Failure> {
    let not_after = arguments.not_after.from(now);
    if not_after <= now {
        return Err(Failure::Usage(format!("--not-after: {} is over", date::show(not_after))));
    }
    let key = arguments.key()?;
    let content = arguments.sources().read()?;
    content.check().map_err(Failure::found)?;
    let validated = judge(content.clone());
    let validated = validated.map_err(|error| Failure::in_file(&arguments.folder, error.message()))?;
    let (name, version) = (arguments.name.clone(), arguments.version);
    let meta = Meta { name, version, issued_at: now, not_after };
    let document = seal(&content, &meta, &key).map_err(Failure::found)?;
    let manifest = read_back(&document, &meta, &key)?;
    output::write(arguments.output.as_deref(), &document)?;
    eprintln!("{}", summary(&manifest, &content, validated));
    Ok(())
}

impl Arguments {
    fn key(&self) -> Result<SigningKey, Failure> {
        let key = signing_keys::load(&self.key, self.kid.as_deref())?;
        match self.algorithm {
            Some(wanted) if wanted != key.algorithm() => {
                let (wanted, found) = (wanted.name(), key.algorithm().name());
                Err(Failure::in_file(
                    &self.key,
                    format_args!("the key signs with {found}, not with {wanted}"),
                ))
            }
            Some(_) | None => Ok(key),
        }
    }

    fn sources(&self) -> Sources<'_> {
        Sources {
            folder: &self.folder,
            with_subfolders: true,
            schema: self.schema.as_deref(),
            entities: self.entities.as_deref(),
            links: self.links.as_deref(),
        }
    }
}

/// Verify what was made as a proxy does: nothing goes out that no proxy would take.
fn read_back(document: &str, meta: &Meta, key: &SigningKey) -> Result<Manifest, Failure> {
    let keys = json!({"keys": [key.public_jwk()]});
    let keys = KeySet::from_value(&keys, KeyUse::Signature).map_err(Failure::found)?;
    let trust =
        Trust::new(meta.name.as_str(), meta.version, vec![key.algorithm()]).map_err(Failure::found)?;
    let bundle =
        Bundle::verify(document.into(), &trust, &keys, &Ring, meta.issued_at).map_err(Failure::found)?;
    bundle.content().map_err(Failure::found)?;
    Ok(bundle.manifest().clone())
}

fn summary(manifest: &Manifest, content: &Content, validated: Validated) -> String {
    format!(
        "{} version {}: policies {}, policy files {}, links {}, entities {}, bytes {}, sha256 {}, not after {}, key {}",
        manifest.name(),
        manifest.version(),
        validated.policies,
        content.policies.len(),
        content.links.len(),
        content.entities.len(),
        manifest.content_bytes(),
        manifest.content(),
        date::show(manifest.not_after()),
        manifest.key_id().unwrap_or_default(),
    )
}

/// An algorithm by its name.
pub(crate) fn parse_algorithm(text: &str) -> Result<Algorithm, String> {
    let public = Algorithm::from_name(text).filter(|algorithm| !algorithm.is_symmetric());
    public.ok_or_else(|| {
        let names = Algorithm::ALL.iter().filter(|algorithm| !algorithm.is_symmetric());
        format!("must be one of {}", names.map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", "))
    })
}
