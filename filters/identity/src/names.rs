//! Header names that only Watchword may write, and how they are recognised in any spelling.

use contract::{Head, HeaderName, folded_name, is_one_name};

/// Everything below this prefix is ours, named or not: a name that a later version starts to write must
/// not be open to clients today.
pub(crate) const RESERVED_PREFIX: &str = "x-watchword-";

/// The header of the internal token (OAuth Transaction Tokens §6.1).
pub(crate) static TXN_TOKEN: HeaderName = HeaderName::from_static("txn-token");

/// The reserved header names of one configuration.
#[derive(Debug)]
pub(crate) struct ReservedNames {
    /// Folded names outside of [`RESERVED_PREFIX`].
    others: Vec<Vec<u8>>,
}

impl ReservedNames {
    /// The prefix, the internal token's header, and `names`.
    pub(crate) fn new<'a>(names: impl IntoIterator<Item = &'a HeaderName>) -> Self {
        let own = names.into_iter().map(HeaderName::as_str).chain([TXN_TOKEN.as_str()]);
        let others = own
            .map(str::as_bytes)
            .filter(|name| !has_reserved_prefix(name))
            .map(|name| folded_name(name).collect());
        Self { others: others.collect() }
    }

    /// Whether a service behind the proxy could take `name` for a reserved one.
    pub(crate) fn contains(&self, name: &[u8]) -> bool {
        has_reserved_prefix(name) || self.others.iter().any(|other| is_one_name(name, other))
    }

    /// The reserved names in `head`, in every spelling that is there.
    pub(crate) fn in_head<'a>(&self, head: &'a Head) -> impl Iterator<Item = &'a [u8]> {
        head.fields().map(|(name, _)| name).filter(|name| self.contains(name))
    }
}

fn has_reserved_prefix(name: &[u8]) -> bool {
    let prefix = name.get(..RESERVED_PREFIX.len());
    prefix.is_some_and(|prefix| is_one_name(prefix, RESERVED_PREFIX.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_reserved_names_in_every_spelling() {
        let names = ReservedNames::new([&HeaderName::new("x-user_id").unwrap()]);
        for spelling in [
            "x-watchword-subject",
            "X-Watchword-Subject",
            "X_Watchword-Subject",
            "x_watchword_subject",
            "x.watchword.claims",
            "x-watchword-",
            "X_WATCHWORD_OF_A_LATER_VERSION",
            "txn-token",
            "Txn-Token",
            "TXN_TOKEN",
            "txn.token",
            "x-user-id",
            "X_User_Id",
        ] {
            assert!(names.contains(spelling.as_bytes()), "{spelling}");
        }
    }

    #[test]
    fn leaves_other_names_alone() {
        let names = ReservedNames::new([&HeaderName::new("x-user-id").unwrap()]);
        for other in ["x-watchword", "xwatchwordsubject", "txn-token2", "txntoken", "x-user", ":path", ""] {
            assert!(!names.contains(other.as_bytes()), "{other}");
        }
        assert!(!names.contains(b"\xff\xfe"));
    }
}
