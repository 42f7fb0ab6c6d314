//! The built modules.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ring::digest::{SHA256, digest};
use wasmhost::Module;

/// The module to ship called `name`. Without it nothing was tested, so that its absence is a failure; so is
/// one of an older build.
pub fn load(name: &str) -> Module {
    Module::load(&built(name)).unwrap()
}

/// Where it is, when it is of the last build.
pub fn built(name: &str) -> PathBuf {
    let path = path(name);
    assert!(path.exists(), "{} is missing: run scripts/build", path.display());
    assert!(is_current(name), "{} is out of date: run scripts/build", path.display());
    path
}

/// Where it is.
pub fn path(name: &str) -> PathBuf {
    root().join("target/modules").join(name).with_extension("wasm")
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether a module was made of what cargo has built last, as scripts/build has noted beside it.
fn is_current(name: &str) -> bool {
    let target = root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
    let built = target.join("wasm32-wasip1/release").join(name.replace('-', "_")).with_extension("wasm");
    let sources = [root().join("scripts/seal.mjs"), built].map(fs::read);
    let noted = fs::read_to_string(path(name).with_extension("inputs")).unwrap_or_default();
    match sources {
        [Ok(seal), Ok(built)] => noted.contains(&sha256(&[seal, built].concat())),
        _ => false,
    }
}

fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
