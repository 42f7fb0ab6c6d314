//! `lalrpop-util` with a small lexer, for Cedar's sake.
//!
//! What the generator writes needs little of an engine for regular expressions: which of some fifty patterns matches
//! most of what lies ahead. The original compiles them with `regex-automata`, whose engine, syntax tree and tables of
//! Unicode were a tenth of a module; V8 compiles each function of a module before the first request. Here the same
//! patterns become one automaton of some two hundred places, in as many lines. Everything else is the original's.
//!
//! A pattern in a syntax that is not read is refused when the parser is made, never passed over.

mod automaton;
pub mod lexer;
mod pattern;

pub use original::*;
