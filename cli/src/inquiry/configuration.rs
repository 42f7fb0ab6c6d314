//! The one configuration that is asked about.

use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;
use crate::modules::Module;
use crate::sources::Embedded;

/// What the module is handed, and which one it is where something tells.
pub(super) struct Configuration {
    pub(super) document: Value,
    pub(super) module: Option<Module>,
}

/// The configuration of the plugin called `name`, or the only one of those that were `found` in the file at `path`.
pub(super) fn chosen(
    found: Vec<Embedded>,
    name: Option<&str>,
    path: &Path,
) -> Result<Configuration, Failure> {
    let names: Vec<_> = found.iter().map(|plugin| format!("`{}`", plugin.name)).collect();
    let is_meant = |plugin: &Embedded| name.is_none_or(|name| plugin.name == name);
    let mut meant = found.into_iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(Embedded { configuration, module, .. }), None) => {
            Ok(Configuration { document: configuration, module })
        }
        (None, _) if names.is_empty() => {
            Err(Failure::in_file(path, "there is no configuration of a Watchword filter in it"))
        }
        (None, _) => {
            let name = name.unwrap_or_default();
            Err(Failure::Usage(format!("--plugin: there is no `{name}`, but {}", names.join(", "))))
        }
        (Some(_), Some(_)) => Err(Failure::Usage(format!(
            "{} configures several plugins: say --plugin and one of {}",
            path.display(),
            names.join(", ")
        ))),
    }
}
