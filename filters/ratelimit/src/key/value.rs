//! The value of a part of a key, as bytes to be hashed and as text to be read.

use std::fmt;

use super::address::Network;
use super::push;

/// Bytes of a value: what is longer names nobody. Ids, addresses and plans are far shorter, and a count is
/// not worth hashing or sending on a client's megabyte.
const MAX_VALUE_BYTES: usize = 1_024;

/// A value that names somebody. Its text is what other systems are told; its bytes also tell values of one
/// text apart that mean different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A text, not empty and not too long, or [`Self::MISSING`].
    Text(&'a str),
    /// A text that is unique within `scope` only.
    Within {
        /// What it belongs to.
        scope: &'a str,
        /// The text.
        text: &'a str,
    },
    /// An integer of a claim.
    Integer(i128),
    /// An address, or a network of them.
    Network(Network),
}

impl<'a> Value<'a> {
    /// Stands for all values that are not known.
    pub(super) const MISSING: Self = Self::Text("");

    /// The value `text`, if it can name somebody.
    pub(super) fn text(text: &'a str) -> Option<Self> {
        names_somebody(text).then_some(Self::Text(text))
    }

    /// The value `text` within `scope`, if it can name somebody.
    pub(super) fn within(scope: &'a str, text: &'a str) -> Option<Self> {
        (names_somebody(scope) && names_somebody(text)).then_some(Self::Within { scope, text })
    }

    /// Append its bytes, by which it is counted.
    pub(super) fn push_to(&self, key: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                key.push(b's');
                push(key, text.as_bytes());
            }
            Self::Within { scope, text } => {
                key.push(b'w');
                push(key, scope.as_bytes());
                push(key, text.as_bytes());
            }
            Self::Integer(number) => {
                key.push(b'i');
                push(key, &number.to_le_bytes());
            }
            Self::Network(network) => {
                key.push(b'a');
                push(key, &network.octets());
            }
        }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Within { scope, text } => write!(f, "{scope}/{text}"),
            Self::Integer(number) => number.fmt(f),
            Self::Network(network) => network.fmt(f),
        }
    }
}

fn names_somebody(text: &str) -> bool {
    (1..=MAX_VALUE_BYTES).contains(&text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(value: Value<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.push_to(&mut bytes);
        bytes
    }

    #[test]
    fn empty_and_endless_texts_name_nobody() {
        let longest = "x".repeat(MAX_VALUE_BYTES);
        assert!(Value::text("x").is_some() && Value::text(&longest).is_some());
        for bad in ["", &format!("{longest}x")] {
            assert_eq!((Value::text(bad), Value::within("set", bad)), (None, None));
        }
    }

    #[test]
    fn values_that_read_alike_and_mean_different_ones_have_different_bytes() {
        let values = [
            Value::Text("3"),
            Value::Integer(3),
            Value::Within { scope: "a", text: "3" },
            Value::Within { scope: "b", text: "3" },
        ];
        assert_eq!(values.map(|value| value.to_string()), ["3", "3", "a/3", "b/3"]);
        for (at, value) in values.iter().enumerate() {
            assert!(values[..at].iter().all(|other| bytes(*other) != bytes(*value)), "{value:?}");
        }
    }
}
