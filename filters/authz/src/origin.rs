//! Where rules are written, for messages about them.

use bundle::Text;
use contract::ConfigError;

use crate::terms::error;

/// Where rules come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The configuration itself, which has a field for each part; the path of the section they are in, such as
    /// `candidate.`.
    Fields(&'static str),
    /// A bundle, whose parts have names of their own; the path of the field that asks for it.
    Bundle(&'static str),
}

impl Origin {
    /// An error in a part: in the configuration at `field`, in a bundle in what is called `name`.
    pub(crate) fn at(self, field: &str, name: &str, message: String) -> ConfigError {
        match self {
            Self::Fields(path) => error(&format!("{path}{field}"), message),
            Self::Bundle(path) if name.is_empty() => error(path, message),
            Self::Bundle(path) => error(path, format!("{name}: {message}")),
        }
    }

    /// What precedes the ids of policies without a name of their own: in a bundle each text counts from 0.
    pub(crate) fn prefix(self, text: &Text) -> String {
        match self {
            Self::Fields(_) => String::new(),
            Self::Bundle(_) => format!("{}:", text.name),
        }
    }
}
