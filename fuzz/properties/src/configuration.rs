//! A configuration, as anybody might write one: it compiles, or one message says what is wrong and where.
use crate::world::{Gateway, Outcome};
use contract::{Head, UnixTime};

/// The time of the seeds.
const NOW: UnixTime = UnixTime::from_seconds(2_000_000_000);

/// See above.
pub fn property(data: &[u8]) {
    let error = match Gateway::compile(data) {
        Ok(gateway) => return assert_serves(&gateway),
        Err(error) => error,
    };
    assert!(!error.message().trim().is_empty(), "refused without a word");
    assert!(!error.to_string().contains(char::is_control), "more than one line of a log");
    let again = Gateway::compile(data).err().expect("refused, but not the second time");
    // What Cedar thinks was meant may be one or another of names that are alike.
    assert_eq!(error.path(), again.path(), "another place the second time");
}

/// Whatever compiles judges, and lets no path pass that nobody can read in one way only.
fn assert_serves(gateway: &Gateway) {
    for path in ["/", "/orders/1", "/healthz?a=b", "/%2e%2e/x"] {
        let pairs = [
            (":method", "GET"),
            (":path", path),
            (":authority", "shop.test"),
            ("x-watchword-subject", "root"),
        ];
        let head = Head::from_pairs(pairs.map(|(name, value)| (name.as_bytes(), value.as_bytes())))
            .expect("a head");
        if let Outcome::Allowed(_) = gateway.judge(&head, NOW) {
            assert_ne!(path, "/%2e%2e/x", "passed above the root");
        }
    }
}
