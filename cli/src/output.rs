//! Results, which go to standard output or into a file.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::failure::Failure;

/// Write `text` to standard output. Whoever reads it may have gone: that is a failure, and no panic.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::found(format_args!("standard output: {error}")))
}

/// Write `text` into the file at `path`, or to standard output where there is none.
pub(crate) fn write(path: Option<&Path>, text: &str) -> Result<(), Failure> {
    match path {
        Some(path) => fs::write(path, text).map_err(|error| Failure::in_file(path, error)),
        None => print(text),
    }
}
