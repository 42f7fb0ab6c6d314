//! A configuration, requests, and what stands for the world around them: what `explain` and `simulate` are asked.
//!
//! Nobody is called: documents come from files, engines answer as the command says, and a request that would wait
//! lets time pass in steps.

mod answers;
mod change;
mod configuration;
mod documents;
mod engine;
mod http_text;
mod json_request;
mod options;
mod peer;
mod places;
mod report;
mod secrets;
mod sent;
mod text;

pub(crate) use answers::answer_all;
pub(crate) use change::{Change, masked};
pub(crate) use documents::Found;
pub(crate) use engine::Engine;
pub(crate) use options::{Inquiry, Options};
pub(crate) use report::{Caller, Client, Report, RouteSeen, Run, Step, Verdict};
pub(crate) use sent::{Sent, TLS_VERSION};
