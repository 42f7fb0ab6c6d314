//! A callback that did not come back.

use std::fmt;

use crate::Proxy;

/// As many as a panic of the standard library takes: the place, the message, a hint.
const LAST_LINES: usize = 3;

/// A module that did not come back from a callback as it should. Its VM is dead: so it is in a proxy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// The callback.
    pub callback: &'static str,
    /// Why, as the interpreter says it.
    pub message: String,
    /// The last lines that the module logged, the message of a panic among them.
    pub last_words: String,
}

impl Trap {
    pub(crate) fn new(callback: &'static str, error: &wasmi::Error, proxy: &Proxy) -> Self {
        let state = proxy.state();
        let last: Vec<_> = state.log.iter().rev().take(LAST_LINES).map(|line| line.text.as_str()).collect();
        let last_words = last.into_iter().rev().collect::<Vec<_>>().join(" / ");
        Self { callback, message: error.to_string(), last_words }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} trapped: {}; last words: {}", self.callback, self.message, self.last_words)
    }
}

impl std::error::Error for Trap {}
