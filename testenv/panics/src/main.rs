//! `watchword-panics`: the panics that are left in built modules, held against a list with a reason for each.
//!
//! A panic names its place in the source by a `Location` in the module's data: inlined or not, generic or not, it is
//! there. So what a function can panic at is what its code refers to. Only modules with the names of their functions
//! are understood; how they were built, this program does not ask.

#![forbid(unsafe_code)]

mod body;
mod function;
mod list;
mod memory;
mod module;
mod place;
mod reach;
mod report;
#[cfg(test)]
mod sample;
mod source;
mod trap;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use list::List;
use module::Module;
use report::Audit;

const USAGE: &str = "usage: watchword-panics LIST SOURCES MODULE.named.wasm...";

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let [list, sources, modules @ ..] = words.as_slice() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match audit(list, sources, modules) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("watchword-panics: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether nothing is left to say.
fn audit(list: &str, sources: &str, modules: &[String]) -> Result<bool, String> {
    let list = List::parse(&read_text(list)?)?;
    let mut audit = Audit::new(list, Path::new(sources));
    for path in modules {
        let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
        audit.add(path, &Module::read(&bytes).map_err(|error| format!("{path}: {error}"))?);
    }
    Ok(audit.tell())
}

fn read_text(path: &str) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}
