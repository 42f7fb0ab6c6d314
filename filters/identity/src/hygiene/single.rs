//! Credentials come once: of two, one part of a system judges the first and another uses the second.

use std::mem::replace;

use contract::{Head, is_one_name};

use super::HygieneError;

/// The fields that carry a credential by their definition, with what a second one comes to.
const CREDENTIALS: [(&str, HygieneError); 4] = [
    ("authorization", HygieneError::AuthorizationDuplicated),
    ("proxy-authorization", HygieneError::ProxyAuthorizationDuplicated),
    ("dpop", HygieneError::ProofDuplicated),
    ("txn-token", HygieneError::TokenDuplicated),
];

/// Check that no credential field comes twice, whatever spellings of its name the two have.
///
/// # Errors
/// For the first field that has come before.
pub(super) fn check(head: &Head) -> Result<(), HygieneError> {
    let mut has_come = [false; CREDENTIALS.len()];
    for (field, _) in head.fields() {
        for ((name, error), has_come) in CREDENTIALS.iter().zip(&mut has_come) {
            if is_one_name(field, name.as_bytes()) && replace(has_come, true) {
                return Err(*error);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::head;
    use HygieneError::*;

    #[test]
    fn two_spellings_are_two_credentials() {
        for (pairs, expected) in [
            (&[("authorization", "Bearer a")] as &[(&str, &str)], Ok(())),
            (&[("authorization", "Bearer a"), ("proxy-authorization", "Basic b"), ("dpop", "c")], Ok(())),
            (&[("authorization", "a"), ("Authorization", "a")], Err(AuthorizationDuplicated)),
            (&[("authorization", ""), ("authorization", "a")], Err(AuthorizationDuplicated)),
            (
                &[("proxy-authorization", "a"), ("proxy_authorization", "b")],
                Err(ProxyAuthorizationDuplicated),
            ),
            (&[("Proxy.Authorization", "a")], Ok(())),
            (&[("dpop", "a"), ("DPoP", "b")], Err(ProofDuplicated)),
            (&[("txn-token", "a"), ("Txn_Token", "a")], Err(TokenDuplicated)),
        ] {
            assert_eq!(check(&head(pairs)), expected, "{pairs:?}");
        }
    }
}
