//! The words every stage speaks: request head, route, identity, verdict, refusal, edits, environment.
//!
//! This crate performs no I/O, reads no clock and knows neither a proxy nor a stage. A request lives
//! like this, each arrow being a type of this crate:
//!
//! ```text
//! bytes ──────────────> Head            what the client sent, bytes until parsed
//! Head ───────────────> SettledPath     the one spelling of the path that is decided on and forwarded
//! SettledPath ────────> RouteMatch      what is known of this API
//! Request, Env ───────> Verdict         one per stage: forward with edits, wait, ask, answer, or refuse
//! Refusal ────────────> Answer          what the client is told, which is less than what the log is told
//! ```
//!
//! **Invariant.** An allow needs a proof: an [`Identity`] can be made only by the code that verified it,
//! a [`SettledPath`] only by settling. Whatever cannot decide refuses.

mod accepts;
mod answer;
mod bounds;
mod bytes;
mod call;
mod config;
mod credential_use;
mod crypto;
mod digits;
mod edits;
mod entity_tag;
mod env;
mod fact;
mod fetch;
mod field_name;
mod head;
mod host;
mod identity;
mod json;
mod limit_use;
mod meter;
mod nowhere;
mod path;
mod peer;
mod query;
mod refusal;
mod route;
#[cfg(feature = "schema")]
pub mod schema;
mod scope;
mod stage;
mod store;
mod text;
mod time;
mod value_text;
mod verdict;

pub use accepts::Accepts;
pub use answer::Answer;
pub use bounds::{MAX_HEAD_BYTES, MAX_HEAD_FIELDS, MAX_PATH_BYTES, STORE_ATTEMPTS};
pub use bytes::is_same;
pub use call::{Aside, Ask, Call, CallError, Called, Continuation, Then, ThenAside};
pub use config::{ConfigError, Section, read_known};
pub use credential_use::CredentialUse;
pub use crypto::{Digest, NoProxyCrypto, ProxyCrypto, ProxyCryptoError};
pub use edits::{Edit, Edits, HeaderName, HeaderNameError, HeaderValue, HeaderValueError};
pub use entity_tag::{EntityTag, MAX_ENTITY_TAG_BYTES};
pub use env::{BackgroundEnv, Connection, Entropy, EntropyError, Env, PeerFacts, Secrets, TlsFacts};
pub use fact::{Fact, FactName, Facts};
pub use fetch::{Fetch, FetchError, FetchId, Fetched, Reply};
pub use field_name::{folded_name, is_one_name};
pub use head::{DuplicateField, Head, HeadError, Span};
pub use host::normal_host;
pub use identity::{CredentialKind, Identity, IdentityFacts};
pub use json::{MAX_JSON_DEPTH, StrictValue, parse_object, strict_value};
pub use limit_use::LimitUse;
pub use meter::{Meter, NoMeter};
pub use nowhere::Nowhere;
pub use path::{PathError, SettledPath};
pub use peer::{Peer, SpiffeId, SpiffeIdError};
pub use query::{MalformedQuery, query_parameters};
pub use refusal::{Cause, Reached, Refusal, StageName};
pub use route::{
    Authenticate, Authorize, Demands, EntityTemplate, ResourceTemplate, Route, RouteId, RouteMatch,
    UnknownRoute,
};
pub use scope::is_scope;
pub use stage::{AtEnd, Background, Cleaner, Compile, Due, Notice, Part, Phase, Request, Stage, StageKind};
pub use store::{
    Attempted, Change, Conflict, Entry, MemoryStore, Store, StoreError, Update, Version, change, update,
};
pub use text::{ascii_json, push_json_text};
pub use time::{Duration, UnixTime};
pub use verdict::{Forward, Verdict, Wait, WaitReason};
