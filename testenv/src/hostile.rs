//! The hostile plugin of the tests: another module in a proxy, which writes where Watchword's workers share
//! memory. See `testenv/hostile`.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::{Bootstrap, repository};

/// Build the module, with the cargo that builds the tests.
///
/// # Errors
/// When it does not build.
pub fn build(cargo: &str) -> io::Result<PathBuf> {
    let target = repository().join("target");
    let mut command = Command::new(cargo);
    command.args(["build", "--package", "testenv-hostile", "--target", "wasm32-wasip1", "--target-dir"]);
    let status = command.arg(&target).current_dir(repository()).status()?;
    if !status.success() {
        return Err(io::Error::other("the hostile module does not build"));
    }
    Ok(target.join("wasm32-wasip1/debug/testenv_hostile.wasm"))
}

/// Let `module` in after Watchword on `listener`, with the id of its VM, to do what `task` says.
///
/// # Errors
/// When there is no listener of that name.
pub fn let_in(bootstrap: &mut Bootstrap, listener: &str, module: &PathBuf, task: &Value) -> io::Result<()> {
    let vm_id = bootstrap.plugin(listener)?["vm_config"]["vm_id"].clone();
    let plugin = json!({ "name": "hostile", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
        "config": {
            "name": "hostile",
            "vm_config": {
                "vm_id": vm_id,
                "runtime": "envoy.wasm.runtime.v8",
                "code": { "local": { "filename": module } },
            },
            "configuration": {
                "@type": "type.googleapis.com/google.protobuf.StringValue",
                "value": task.to_string(),
            },
        },
    } });
    let filters = bootstrap.connection_manager(listener)?["http_filters"].as_array_mut();
    filters.ok_or_else(|| io::Error::other("no filters"))?.insert(1, plugin);
    Ok(())
}
