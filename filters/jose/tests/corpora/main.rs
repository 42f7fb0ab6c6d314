//! Public corpora against the crate as a whole. They are no part of this repository: `corpus.rs` says where
//! each comes from, and a test whose corpus is absent says so and counts nothing.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod json_suite;
#[cfg(test)]
mod judge;
#[cfg(test)]
mod raw_signatures;
#[cfg(test)]
mod rfc7520;
#[cfg(test)]
#[path = "../support/mod.rs"]
mod support;
#[cfg(test)]
mod wycheproof;
