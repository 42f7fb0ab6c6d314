//! The least that a count in shared memory can cost.

use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};

/// A name of the length that the limiter's have.
const KEY: &str = "watchword/limit/bare/0";

/// As long as a bucket of the limiter.
const VALUE: [u8; 240] = [7; 240];

/// One value of the shared memory.
pub(crate) struct Bare;

impl Bare {
    /// Make it.
    pub(crate) fn prepare() -> bool {
        set_shared_data(KEY, Some(&VALUE), None).is_ok()
    }

    /// Read it, and write it where nobody else has. Returns whether it was.
    pub(crate) fn pass() -> bool {
        match get_shared_data(KEY) {
            Ok((Some(value), version @ Some(_))) => set_shared_data(KEY, Some(&value), version).is_ok(),
            Ok(_) | Err(_) => false,
        }
    }
}
