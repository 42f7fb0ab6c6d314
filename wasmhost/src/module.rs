//! A module, compiled once and started as often as a test wants.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use wasmi::{CompilationMode, Config, Engine, ExternType, Linker};

use crate::calls;
use crate::guest::Guest;

/// Calls on the interpreter's stack. Cedar's parser nests deeply, and the module's own stack of 8 MiB is to
/// be what ends it, not ours.
const MAX_RECURSION_DEPTH: usize = 100_000;

/// Bytes of the interpreter's stack, for the same reason.
const MAX_STACK_BYTES: usize = 64 * 1024 * 1024;

/// A compiled module with everything that it imports.
pub struct Module {
    pub(crate) engine: Engine,
    pub(crate) module: wasmi::Module,
    pub(crate) linker: Linker<Guest>,
}

/// One function that a module imports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// `env` or `wasi_snapshot_preview1`.
    pub module: String,
    /// The name of the function.
    pub name: String,
}

/// Why a module cannot be run.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    Unreadable(std::io::Error),
    /// It is no valid wasm.
    Invalid(wasmi::Error),
    /// It imports what a proxy does not have; Envoy would refuse it too.
    UnknownImport(Import),
}

impl Module {
    /// The module in the file at `path`.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        Self::new(&std::fs::read(path).map_err(LoadError::Unreadable)?)
    }

    /// The module in the file at `path`, to measure what it costs. It is translated as a whole: otherwise the
    /// interpreter translates a function when it is first called, and charges that to who calls it.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn load_whole(path: &Path) -> Result<Self, LoadError> {
        let wasm = std::fs::read(path).map_err(LoadError::Unreadable)?;
        Self::translate(&wasm, CompilationMode::Eager)
    }

    /// The module in `wasm`.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn new(wasm: &[u8]) -> Result<Self, LoadError> {
        Self::translate(wasm, CompilationMode::LazyTranslation)
    }

    fn translate(wasm: &[u8], mode: CompilationMode) -> Result<Self, LoadError> {
        let mut config = Config::default();
        config.compilation_mode(mode);
        config.set_max_recursion_depth(MAX_RECURSION_DEPTH).set_max_stack_height(MAX_STACK_BYTES);
        config.consume_fuel(true);
        let engine = Engine::new(&config);
        let module = wasmi::Module::new(&engine, wasm).map_err(LoadError::Invalid)?;
        let linker = link(&engine, &module)?;
        Ok(Self { engine, module, linker })
    }

    /// Every function that it imports, each once.
    pub fn imports(&self) -> BTreeSet<Import> {
        self.module.imports().map(|import| Import::new(import.module(), import.name())).collect()
    }
}

impl Import {
    fn new(module: &str, name: &str) -> Self {
        Self { module: module.to_owned(), name: name.to_owned() }
    }
}

fn link(engine: &Engine, module: &wasmi::Module) -> Result<Linker<Guest>, LoadError> {
    let mut linker = Linker::new(engine);
    for import in module.imports() {
        let name = Import::new(import.module(), import.name());
        let (ExternType::Func(signature), Some(call)) = (import.ty(), calls::find(&name)) else {
            return Err(LoadError::UnknownImport(name));
        };
        let perform = calls::performer(name.name, call);
        linker
            .func_new(import.module(), import.name(), signature.clone(), perform)
            .map_err(|error| LoadError::Invalid(wasmi::Error::new(error.to_string())))?;
    }
    Ok(linker)
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "module not readable: {error}"),
            Self::Invalid(error) => write!(f, "module not valid: {error}"),
            Self::UnknownImport(Import { module, name }) => write!(f, "no proxy has `{module}.{name}`"),
        }
    }
}

impl std::error::Error for LoadError {}
