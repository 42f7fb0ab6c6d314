//! Where the built modules are.

use std::path::{Path, PathBuf};

use wasmhost::Module;

/// The module called `name`: the one to ship where there is one, else what the compiler made. `None` when
/// the modules were not built; then there is nothing to test.
pub fn load(name: &str) -> Option<Module> {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target");
    let places: [PathBuf; 2] = [
        target.join("modules").join(name),
        target.join("wasm32-wasip1/release").join(name.replace('-', "_")),
    ];
    let place = places.into_iter().map(|path| path.with_extension("wasm")).find(|path| path.exists())?;
    Some(Module::load(&place).unwrap())
}
