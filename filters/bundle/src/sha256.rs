//! SHA-256 (FIPS 180-4 §6.2), as a manifest writes it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize, Serializer};

/// Bytes of a digest.
const BYTES: usize = 32;

/// A digest. Its text is base64url without padding, in the one canonical spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256([u8; BYTES]);

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
        let mut own = [0; BYTES];
        own.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        Self(own)
    }

    /// The digest that `text` spells; nothing for another length or spelling.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("no SHA-256 in base64url"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's example `abc`.
    const ABC: &str = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

    #[test]
    fn is_the_digest_of_the_standard() {
        assert_eq!(Sha256::of(b"abc").to_string(), ABC);
        assert_eq!(Sha256::parse(ABC), Some(Sha256::of(b"abc")));
        assert_eq!(serde_json::to_value(Sha256::of(b"abc")).unwrap(), ABC);
    }

    #[test]
    fn has_one_spelling() {
        let other_end = ABC.replace("Fa0", "Fa1");
        for bad in [
            "",
            "AA",
            ABC.trim_start_matches('u'),
            &format!("{ABC}="),
            &format!("A{ABC}"),
            &other_end,
            &ABC.replace('-', "+"),
        ] {
            assert_eq!(Sha256::parse(bad), None, "{bad:?}");
            assert!(serde_json::from_value::<Sha256>(bad.into()).is_err(), "{bad:?}");
        }
    }
}
