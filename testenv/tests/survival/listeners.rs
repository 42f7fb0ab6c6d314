//! A file that a proxy watches: its listeners, or the configuration of one filter.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testenv::Bootstrap;

/// The type of the filter.
const WASM: &str = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";

/// The file. The proxy looks when another takes its place.
#[derive(Debug, Clone)]
pub struct Watched {
    directory: PathBuf,
    name: String,
}

impl Watched {
    /// One in a folder of its own below `directory`.
    pub fn new(directory: &Path, name: &str) -> io::Result<Self> {
        let directory = directory.join(name);
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, name: format!("{name}.json") })
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.directory.join(&self.name)
    }

    /// Have the proxy read these resources.
    pub fn push(&self, resources: &[Value], version: u64) -> io::Result<()> {
        let aside = self.directory.join("next");
        fs::write(
            &aside,
            json!({ "version_info": version.to_string(), "resources": resources }).to_string(),
        )?;
        fs::rename(aside, self.path())
    }
}

/// Let the proxy discover its listeners in `file`. Gives them.
pub fn discover_listeners(bootstrap: &mut Bootstrap, file: &Watched) -> io::Result<Vec<Value>> {
    let document = bootstrap.document()?;
    let mut listeners = document["static_resources"]["listeners"].take();
    for listener in listeners.as_array_mut().into_iter().flatten() {
        listener["@type"] = json!("type.googleapis.com/envoy.config.listener.v3.Listener");
        listener["enable_reuse_port"] = json!(false);
        listener["connection_balance_config"] = json!({ "exact_balance": {} });
    }
    let listeners = listeners.as_array().cloned().unwrap_or_default();
    file.push(&listeners, 0)?;
    document["static_resources"]["listeners"] = Value::Array(Vec::new());
    document["dynamic_resources"] = json!({ "lds_config": {
        "resource_api_version": "V3", "path_config_source": { "path": file.path() },
    } });
    Ok(listeners)
}

/// Let the listener for clients discover the configuration of Watchword in `file`. Gives the resource.
pub fn discover_filter(bootstrap: &mut Bootstrap, file: &Watched) -> io::Result<Value> {
    let filters = bootstrap.connection_manager("clients")?["http_filters"].as_array_mut();
    let filter =
        filters.and_then(|filters| filters.first_mut()).ok_or_else(|| io::Error::other("no filter"))?;
    let resource = json!({
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": "watchword", "typed_config": filter["typed_config"].take(),
    });
    let source = json!({ "resource_api_version": "V3", "path_config_source": { "path": file.path() } });
    *filter = json!({
        "name": "watchword", "config_discovery": { "config_source": source, "type_urls": [WASM] },
    });
    file.push(std::slice::from_ref(&resource), 0)?;
    Ok(resource)
}
