//! The modules of the last build, for tests: `target/modules/NAME.wasm` of this workspace.

use std::path::{Path, PathBuf};
use std::{env, fs};

use ring::digest::{SHA256, digest};

use crate::Module;

/// The one that is called `name`.
///
/// # Panics
/// Where it is absent or of an older build: nothing would be tested.
pub fn load(name: &str) -> Module {
    Module::load(&path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Where it is.
///
/// # Panics
/// Where it is absent or of an older build: nothing would be tested.
pub fn path(name: &str) -> PathBuf {
    let path = place(name);
    assert!(path.exists(), "{} is missing: run scripts/build", path.display());
    assert!(is_current(name), "{} is out of date: run scripts/build", path.display());
    path
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn place(name: &str) -> PathBuf {
    root().join("target/modules").join(name).with_extension("wasm")
}

/// Whether a module was made of what cargo has built last, as scripts/build has noted beside it.
fn is_current(name: &str) -> bool {
    let target = root().join(env::var_os("CARGO_TARGET_DIR").unwrap_or("target".into()));
    let built = target.join("wasm32-wasip1/release").join(name.replace('-', "_")).with_extension("wasm");
    let sources = [root().join("scripts/seal.mjs"), built].map(fs::read);
    let noted = fs::read_to_string(place(name).with_extension("inputs")).unwrap_or_default();
    match sources {
        [Ok(seal), Ok(built)] => noted.contains(&sha256(&[seal, built].concat())),
        _ => false,
    }
}

fn sha256(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
