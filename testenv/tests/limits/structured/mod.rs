//! Structured fields (RFC 9651) as strictly as the RFC reads them, to judge what the filters send. What this
//! reader itself is worth, the cases of the working group say.

mod bare;
mod corpus;
mod cursor;
mod members;

pub use corpus::Corpus;
pub use members::{item, list};
