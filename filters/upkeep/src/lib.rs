//! Documents kept fresh, by one worker for all of a proxy. Knows nothing of what is in them, reads no clock,
//! performs no I/O.
//!
//! ```text
//! RawRemote ── plan ──────> Plan       where a document is fetched, how often, and how long it is good
//! RawSharing ── resolve ──> Sharing    the leave to share it with the other workers
//! Plan + DocumentKind ────> Remote     the document with its refresh, as a state machine
//! Remote ── current ──────> Current    the document in force, if there is one that is not too old
//! ```
//!
//! **Invariant.** A document is in force at a worker only when its kind has read it there, wherever the bytes
//! came from. Whatever else comes in, from the origin or from others who write to the shared memory, changes
//! no more than when the worker asks again.

mod entry_names;
mod field_error;
mod flight;
mod in_force;
mod kind;
mod place;
mod plan;
mod raw_remote;
mod reader;
mod refresh;
mod remote;
mod schedule;
mod seal;
mod shared;
mod timing;

pub use entry_names::EntryNames;
pub use field_error::{FieldError, FieldFault};
pub use in_force::{Current, Loaded};
pub use kind::{Answer, DocumentKind, Step};
pub use place::{check_path, check_text};
pub use plan::Plan;
pub use raw_remote::RawRemote;
pub use refresh::passed;
pub use remote::Remote;
pub use seal::{MIN_SHARING_SECRET_BYTES, RawSharing, Sharing, SharingError};
pub use shared::{Shared, SharingEvents};
pub use timing::{DEFAULT_TIMEOUT_MS, RawTiming, TIMEOUT_MS, Timing, TimingRanges};
