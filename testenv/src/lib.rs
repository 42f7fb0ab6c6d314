//! The harness: the shop with its real Envoys, an issuer of good and bad tokens, and clients that send
//! any bytes.
//!
//! It knows the filters only from outside: it starts the shipped bootstraps with the shipped modules and
//! looks at answers, access logs, and what reaches the services. Nothing here is linked into a module.
//!
//! Reading order: [`Mesh`] starts everything; [`table`] says what the shop must answer.

#![forbid(unsafe_code)]
#![expect(
    clippy::disallowed_methods,
    reason = "the harness lives in the real world, clock and environment"
)]

mod access_log;
mod behaviour;
mod bench;
mod bootstrap;
mod certificates;
pub mod chain;
pub mod client;
pub mod compatibility;
pub mod containers;
mod edge_secrets;
pub mod engine;
mod envoy;
pub mod gate;
pub mod hostile;
mod http;
pub mod interrupt;
pub mod issuer;
pub mod load;
mod mesh;
pub mod metrics;
mod older;
mod places;
pub mod policies;
mod ports;
mod process;
mod raw_service;
mod reach;
pub mod report;
mod run_directory;
mod service;
pub mod table;
pub mod tool;
pub mod workers;

pub use access_log::{AccessLog, Entry};
pub use behaviour::Behaviour;
pub use bench::Bench;
pub use bootstrap::{Bootstrap, Words};
pub use certificates::Certificates;
pub use edge_secrets::EdgeSecrets;
pub use envoy::{DRAIN_SECONDS, Envoy, EnvoyOptions, Generation};
pub use issuer::Issuer;
pub use mesh::{Mesh, Options, Side};
pub use older::envoy_version;
pub use places::{envoy_binary, module, modules_directory, repository};
pub use ports::free_ports;
pub use process::Process;
pub use raw_service::{Arrived, Field, RawService};
pub use reach::Reach;
pub use run_directory::RunDirectory;
pub use service::{Next, Received, Service};
