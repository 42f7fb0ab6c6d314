//! How findings are told.

pub(crate) mod json;
pub(crate) mod sarif;
pub(crate) mod text;

use clap::ValueEnum;

/// A way to tell them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people: each with its line.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, as code hosts and editors read it.
    Sarif,
}
