//! `regex-lite` under the name of `regex`, for Cedar's sake.
//!
//! Cedar uses regular expressions for three small patterns: names, decimals and dates. The full `regex`
//! brings half a megabyte of engines and Unicode tables along, and V8 compiles each function of a module
//! before the first request. The one difference in these patterns: `\d` is an ASCII digit only, and what
//! would match more is refused by the number parser behind it anyway.

pub use regex_lite::*;
