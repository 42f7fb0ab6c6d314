//! A token whose signature was checked.

use serde_json::{Map, Value};

use crate::Algorithm;

/// The content of a token that was signed by a key of the set that made this. It proves the signature and
/// nothing else. Only [`crate::KeySet::verify`] and [`crate::Unverified::verify`] make one.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    pub(crate) algorithm: Algorithm,
    pub(crate) typ: Option<String>,
    pub(crate) claims: Map<String, Value>,
}

impl Verified {
    /// The algorithm that it was signed with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `typ`, as it is spelled.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// Whether `typ` is the media type `application/{subtype}`. The prefix may be left out and case does
    /// not matter (RFC 7515 §4.1.9).
    pub fn is_typ(&self, subtype: &str) -> bool {
        is_media_type(self.typ(), subtype)
    }

    /// The claims, as they were signed.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The claims, as they were signed.
    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

pub(crate) fn is_media_type(typ: Option<&str>, subtype: &str) -> bool {
    let Some(typ) = typ else { return false };
    match typ.split_once('/') {
        Some((tree, rest)) => {
            tree.eq_ignore_ascii_case("application") && rest.eq_ignore_ascii_case(subtype)
        }
        None => typ.eq_ignore_ascii_case(subtype),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_types_as_media_types() {
        for (typ, is) in [
            (Some("at+jwt"), true),
            (Some("AT+JWT"), true),
            (Some("application/at+jwt"), true),
            (Some("Application/AT+jwt"), true),
            (Some("text/at+jwt"), false),
            (Some("application/at+jwt/x"), false),
            (Some("at+jwt "), false),
            (Some("jwt"), false),
            (Some(""), false),
            (None, false),
        ] {
            let typ = typ.map(str::to_owned);
            let verified = Verified { algorithm: Algorithm::Es256, typ, claims: Map::new() };
            assert_eq!(verified.is_typ("at+jwt"), is, "{:?}", verified.typ());
        }
    }
}
