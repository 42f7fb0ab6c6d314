//! How a command ends that has not done what it should.

use std::fmt::Display;
use std::path::Path;
use std::process::ExitCode;

/// Why a command has failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The command itself makes no sense.
    Usage(String),
    /// Something is wrong with what it was given: one line for each.
    Found(Vec<String>),
}

/// As clap ends where it is the one who finds a command wrong.
pub(crate) const USAGE: u8 = 2;

impl Failure {
    /// One thing that is wrong.
    pub(crate) fn found(message: impl Display) -> Self {
        Self::Found(vec![message.to_string()])
    }

    /// One thing that is wrong with the file at `path`.
    pub(crate) fn in_file(path: &Path, message: impl Display) -> Self {
        Self::found(format_args!("{}: {message}", path.display()))
    }

    /// Say what is wrong.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Usage(message) => {
                eprintln!("error: {message}");
                ExitCode::from(USAGE)
            }
            Self::Found(messages) => {
                for message in messages {
                    eprintln!("{message}");
                }
                ExitCode::FAILURE
            }
        }
    }
}
