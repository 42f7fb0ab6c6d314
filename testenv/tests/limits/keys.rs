//! The key by which the tests count: one that a client chooses, so that one connection can be many clients.

use serde_json::{Value, json};

/// The part of a limit's key.
pub fn part() -> Value {
    json!({ "header": "x-key" })
}

/// A request under the key of this number.
pub fn request(key: u64, bytes: &mut Vec<u8>) {
    bytes
        .extend_from_slice(format!("GET / HTTP/1.1\r\nhost: shop.test\r\nx-key: {key}\r\n\r\n").as_bytes());
}
