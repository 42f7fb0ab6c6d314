//! `watchword check`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use contract::{MemoryStore, NoProxyCrypto};
use pipeline::{Surroundings, compile};
use serde_json::Value;

use crate::modules::Module;
use crate::surroundings::{ProcessSecrets, SystemEntropy};

/// Check every file, and say of each how it is.
pub(crate) fn files(module: Module, files: &[PathBuf]) -> ExitCode {
    let mut all_good = true;
    for path in files {
        match file(module, path) {
            Ok(()) => println!("{}: good", path.display()),
            Err(message) => {
                all_good = false;
                eprintln!("{}: {message}", path.display());
            }
        }
    }
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn file(module: Module, path: &Path) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    // JSON is YAML, so one reader takes both.
    let document: Value = serde_norway::from_str(&text).map_err(|error| error.to_string())?;
    let store = MemoryStore::default();
    let with = Surroundings {
        secrets: &ProcessSecrets,
        store: &store,
        entropy: &SystemEntropy,
        crypto: &NoProxyCrypto,
    };
    let compiled = compile(document.to_string().as_bytes(), module.kinds(), module.chain(), &with);
    compiled.map(|_| ()).map_err(|error| error.to_string())
}
