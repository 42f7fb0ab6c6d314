//! Changes to header fields, as they may be shown.

use contract::{Edit, Edits};
use jose::Compact;
use serde::Serialize;

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Change {
    /// `set`, `append` or `remove`.
    pub(crate) change: &'static str,
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

impl Change {
    /// All of `edits`, in their order.
    pub(crate) fn all(edits: &Edits) -> Vec<Self> {
        let change = |edit: &Edit| match edit {
            Edit::Remove(name) => {
                Self { change: "remove", name: String::from_utf8_lossy(name).into_owned(), value: None }
            }
            Edit::Set(name, value) => Self::with("set", name.as_str(), value.as_str()),
            Edit::Append(name, value) => Self::with("append", name.as_str(), value.as_str()),
        };
        edits.iter().map(change).collect()
    }

    /// A change that leaves a value.
    pub(crate) fn with(change: &'static str, name: &str, value: &str) -> Self {
        Self { change, name: name.to_owned(), value: Some(masked(value)) }
    }
}

/// `value`, unless it is a token, and a path or URL without the values of its query: what is printed here opens no
/// door.
pub(crate) fn masked(value: &str) -> String {
    match Compact::parse(value.as_bytes()) {
        Ok(_) => format!("(a token of {} bytes)", value.len()),
        Err(_) if value.starts_with('/') || value.contains("://") => without_query_values(value),
        Err(_) => value.to_owned(),
    }
}

/// A target with the names of its query alone: keys and tokens are sent there, too.
pub(crate) fn without_query_values(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let name = |pair: &str| match pair.split_once('=') {
        Some((name, _)) => format!("{name}=***"),
        None if pair.is_empty() => String::new(),
        None => "***".to_owned(),
    };
    format!("{path}?{}", query.split('&').map(name).collect::<Vec<_>>().join("&"))
}
