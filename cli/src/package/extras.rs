//! What stands in an image beside the module.

use std::fs;
use std::path::Path;

use super::higress::About;
use super::{Arguments, Form};
use crate::failure::Failure;
use crate::oci::image::Extra;
use crate::oci::media;

/// All of it, in the order of its layers; nothing for an artifact, which has no room.
pub(super) fn read(arguments: &Arguments, about: &About, title: &str) -> Result<Vec<Extra>, Failure> {
    if arguments.form == Form::Artifact {
        return arguments.refuse_extras().map(|()| Vec::new());
    }
    let schema = arguments.schema.as_deref().map(json).transpose()?;
    let spec = about.spec(title, &arguments.version, schema).map_err(Failure::found)?;
    let mut extras =
        vec![Extra { media_type: media::WASM_SPEC, name: "spec.yaml".to_owned(), content: spec }];
    if let Some(path) = &arguments.readme {
        extras.push(file(media::WASM_DOC, path, Some("README.md"))?);
    }
    for path in &arguments.notice {
        extras.push(file(media::TEXT, path, None)?);
    }
    if let Some(path) = &arguments.sbom {
        extras.push(file(media::SBOM, path, Some("sbom.cdx.json"))?);
    }
    Ok(extras)
}

impl Arguments {
    fn refuse_extras(&self) -> Result<(), Failure> {
        let Self { readme, schema, sbom, notice, .. } = self;
        if readme.is_none() && schema.is_none() && sbom.is_none() && notice.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(
            "an artifact has exactly two layers: no room for --readme, --schema, --sbom, --notice".into(),
        ))
    }
}

/// The file at `path`, called `name` in the image, or as it is called.
fn file(media_type: &'static str, path: &Path, name: Option<&str>) -> Result<Extra, Failure> {
    let content = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
    let own = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    Ok(Extra { media_type, name: name.unwrap_or(&own).to_owned(), content })
}

fn json(path: &Path) -> Result<serde_json::Value, Failure> {
    let text = fs::read(path).map_err(|error| Failure::in_file(path, error))?;
    serde_json::from_slice(&text).map_err(|error| Failure::in_file(path, error))
}
