//! Where things are: the repository, the modules, Envoy.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The root of the repository.
pub fn repository() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_path_buf()
}

/// Where the modules are: `WATCHWORD_MODULES`, or where `scripts/build` leaves them.
pub fn modules_directory() -> PathBuf {
    env::var_os("WATCHWORD_MODULES").map_or_else(|| repository().join("target/modules"), PathBuf::from)
}

/// The file of the module `name`.
///
/// # Errors
/// When it is not there; the message says what makes it.
pub fn module(name: &str) -> io::Result<PathBuf> {
    let path = modules_directory().join(format!("{name}.wasm"));
    match path.is_file() {
        true => Ok(path),
        false => Err(io::Error::other(format!("{} is missing: run scripts/build", path.display()))),
    }
}

/// The Envoy to run: `ENVOY`, the one that the scripts install below `target/`, or the one in `PATH`.
pub fn envoy_binary() -> PathBuf {
    if let Some(path) = env::var_os("ENVOY") {
        return PathBuf::from(path);
    }
    let libraries = repository().join("target/envoy-venv/lib");
    let installed = fs::read_dir(libraries).into_iter().flatten().flatten();
    let mut binaries = installed.map(|python| python.path().join("site-packages/envoy/_bin/envoy"));
    binaries.find(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("envoy"))
}
