//! What a request says, as values of the types that the schema declares. Nothing converts: `"3"` in a claim
//! is no Long, and what does not fit is no value.

mod instant;
mod json;
mod text;

pub(crate) use instant::datetime;
pub(crate) use json::{Split, check_json, from_json};
pub(crate) use text::{check_text, from_text};
