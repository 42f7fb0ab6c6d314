//! What the shipped bootstraps say in words that older Envoys do not know, in the words that they do.

use std::io;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::{Bootstrap, places};

/// The first release that has capabilities in `vm_config`, as a part of what makes two VMs one. Before, they were the
/// plugin's.
const CAPABILITIES_OF_THE_VM: (u32, u32) = (1, 40);

/// What restricts capabilities, in either place.
const CAPABILITIES: &str = "capability_restriction_config";

/// The version of the Envoy to run, `MAJOR.MINOR.PATCH`; nothing where it does not say.
pub fn envoy_version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let output = Command::new(places::envoy_binary()).arg("--version").output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        // `envoy  version: COMMIT/VERSION/STATE/TYPE/TLS`
        said.unwrap_or_default().split('/').rev().nth(3).unwrap_or_default().to_owned()
    })
}

/// The bootstrap, for the Envoy to run.
pub(crate) fn adapted(bootstrap: &Bootstrap) -> io::Result<Bootstrap> {
    let mut bootstrap = bootstrap.clone();
    if is_before(envoy_version(), CAPABILITIES_OF_THE_VM) {
        move_capabilities(bootstrap.document()?);
    }
    Ok(bootstrap)
}

/// Whether a version is before a release. One that says nothing is taken for the newest.
fn is_before(version: &str, (major, minor): (u32, u32)) -> bool {
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(its_major)), Some(Ok(its_minor))) => (its_major, its_minor) < (major, minor),
        _ => false,
    }
}

/// From every `vm_config` to the plugin around it.
fn move_capabilities(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let vm = members.get_mut("vm_config").and_then(Value::as_object_mut);
            if let Some(capabilities) = vm.and_then(|vm: &mut Map<_, _>| vm.remove(CAPABILITIES)) {
                members.insert(CAPABILITIES.to_owned(), capabilities);
            }
            members.values_mut().for_each(move_capabilities);
        }
        Value::Array(elements) => elements.iter_mut().for_each(move_capabilities),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn capabilities_stand_where_an_older_envoy_looks_for_them() {
        let mut bootstrap =
            json!([{ "config": { "vm_config": { "vm_id": "x", CAPABILITIES: {} }, "name": "y" } }]);
        move_capabilities(&mut bootstrap);
        let moved = json!([{ "config": { "vm_config": { "vm_id": "x" }, CAPABILITIES: {}, "name": "y" } }]);
        assert_eq!(bootstrap, moved);
    }

    #[test]
    fn minor_versions_are_numbers() {
        for (version, before) in
            [("1.39.3", true), ("1.9.0", true), ("1.40.0", false), ("2.0.0", false), ("", false)]
        {
            assert_eq!(is_before(version, CAPABILITIES_OF_THE_VM), before, "{version}");
        }
    }
}
