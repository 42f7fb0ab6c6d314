//! When two names of header fields are one to the service behind.

/// Whether two names are one to a service that folds them.
#[inline]
pub fn is_one_name(name: &[u8], other: &[u8]) -> bool {
    name.len() == other.len() && is_same_folded(name, other)
}

fn is_same_folded(name: &[u8], other: &[u8]) -> bool {
    folded_name(name).eq(folded_name(other))
}

/// A name as such a service has it. CGI (RFC 3875 §4.1.18) and all that descends from it upper-cases names and
/// writes `_` for `-`; some servers do so for every character that is neither letter nor digit. Here all of
/// these are `-`.
pub fn folded_name(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(|byte| if byte.is_ascii_alphanumeric() { byte.to_ascii_lowercase() } else { b'-' })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_every_character_between() {
        for (other, same) in [
            ("x-user-id", true),
            ("X_User.Id", true),
            ("x user id", true),
            ("x-user-id-", false),
            ("xuserid", false),
            ("x-user-ib", false),
            ("", false),
        ] {
            assert_eq!(is_one_name(b"x-user-id", other.as_bytes()), same, "{other}");
        }
    }
}
