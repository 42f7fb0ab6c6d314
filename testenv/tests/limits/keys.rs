//! The key by which the tests count: one that a client chooses, so that one connection can be many clients.

use serde_json::{Value, json};

/// The part of a limit's key. The proxy of these tests believes `x-forwarded-for`, as one behind a load
/// balancer does.
pub fn part() -> Value {
    json!("client_address")
}

/// A request under the key of this number, below 2²⁴.
pub fn request(key: u64, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(b"GET / HTTP/1.1\r\nhost: shop.test\r\n");
    let [.., a, b, c] = key.to_be_bytes();
    bytes.extend_from_slice(format!("x-forwarded-for: 10.{a}.{b}.{c}\r\n\r\n").as_bytes());
}
