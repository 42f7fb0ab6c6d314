//! What is to be known of a kind of document: how it is read.

use std::fmt::Debug;

use contract::{Fetch, UnixTime};

/// A kind of document. It reads what comes from anywhere, and says what is good.
pub trait DocumentKind {
    /// What the bytes are made into. Of two that are equal the first stays in force, so that whatever was
    /// derived from it stays good.
    type Document: Debug + PartialEq;

    /// Read the answer of the origin to a step of an attempt, which has come at `now`.
    ///
    /// # Errors
    /// Why it is not taken, for log and metric: lower case, `_` between words.
    fn read(&self, body: &[u8], step: Step, now: UnixTime) -> Result<Answer<Self::Document>, &'static str>;

    /// Read a document once more that [`Self::read`] has taken at another worker. What is not good here
    /// counts as not there.
    fn reread(&self, document: &[u8]) -> Option<Self::Document>;
}

/// How far an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// This is the answer to what it has begun with.
    First,
    /// This is the answer to what the first one has said to fetch.
    Second,
}

/// What an answer has brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer<D> {
    /// What to fetch next.
    Place(Fetch),
    /// The document.
    Document(D),
}
