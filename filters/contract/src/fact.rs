//! Facts about a request that the other filters of the proxy, its access logs and its traces may read.

use std::vec;

use crate::HeaderValue;

/// A list of facts that takes a verdict one pointer while it is empty, as it mostly is.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[expect(clippy::box_collection, reason = "verdicts are returned by value all the time, facts are rare")]
pub struct Facts(Option<Box<Vec<Fact>>>);

/// One verified fact. It is data: only the host writes it into the filter state of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub name: FactName,
    /// What is so, in the encoding of header values: text without surprises wherever it is printed.
    pub value: HeaderValue,
}

/// What a fact can be about. Closed, because each name is one that configurations of other filters use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactName {
    /// The verified user or client.
    Subject,
    /// The SPIFFE ID of the verified workload on the other end of the connection.
    Caller,
    /// The transaction of the internal token.
    Transaction,
    /// The configured provider that vouches for the subject.
    Provider,
}

impl Facts {
    /// Add `later` after these.
    pub fn extend(&mut self, later: Self) {
        if let Some(later) = later.0 {
            self.0.get_or_insert_default().extend(*later);
        }
    }

    /// The facts in the order in which they were told.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.iter().flat_map(|facts| facts.iter())
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let facts: Vec<_> = facts.into_iter().collect();
        Self((!facts.is_empty()).then(|| Box::new(facts)))
    }
}

impl IntoIterator for Facts {
    type Item = Fact;
    type IntoIter = vec::IntoIter<Fact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.map(|facts| *facts).unwrap_or_default().into_iter()
    }
}

impl FactName {
    /// The key in the filter state. Envoy puts `wasm.` before what a module writes.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Subject => "watchword.subject",
            Self::Caller => "watchword.caller",
            Self::Transaction => "watchword.txn",
            Self::Provider => "watchword.provider",
        }
    }
}
