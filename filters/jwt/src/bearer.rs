//! Finding the one credential of a request (RFC 6750 §2.1).

use contract::Head;

use crate::TokenError;

/// The bytes of the bearer token, or nothing when there is no credential at all.
///
/// # Errors
/// When there are several, or one that is no bearer token: a client that sends a credential means to be
/// judged by it.
pub(crate) fn token(head: &Head) -> Result<Option<&[u8]>, TokenError> {
    let value = head.single("authorization").map_err(|_| TokenError::CredentialDuplicated)?;
    match value {
        Some(value) if is_joined(value) => Err(TokenError::CredentialDuplicated),
        value => value.map(credential).transpose(),
    }
}

/// Whether two fields stand in one value. Envoy joins repeated `Authorization` fields with a comma before
/// any filter sees them, and neither a token nor a bearer credential holds one.
fn is_joined(value: &[u8]) -> bool {
    let is_bearer = |part: &[u8]| {
        let part = part.trim_ascii_start();
        part.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer"))
    };
    let mut parts = value.split(|byte| *byte == b',');
    parts.clone().nth(1).is_some() && parts.any(is_bearer)
}

fn credential(value: &[u8]) -> Result<&[u8], TokenError> {
    let end_of_scheme = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, rest) = value.split_at_checked(end_of_scheme).unwrap_or((value, &[]));
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(TokenError::SchemeNotBearer);
    }
    match rest {
        [b' ', token @ ..] if !token.is_empty() && token.iter().all(is_token_byte) => Ok(token),
        _ => Err(TokenError::CredentialMalformed),
    }
}

/// base64url and the dots between: a comma or a space would be a second credential to somebody else.
const fn is_token_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(values: &[&str]) -> Result<Option<String>, TokenError> {
        let pairs = values.iter().map(|value| (b"Authorization".as_slice(), value.as_bytes()));
        let head = Head::from_pairs(pairs).unwrap();
        token(&head).map(|token| token.map(|token| String::from_utf8(token.to_vec()).unwrap()))
    }

    #[test]
    fn finds_one_token_whatever_the_case_of_the_scheme() {
        for value in ["Bearer a.b-_.c", "bearer a.b-_.c", "BEARER a.b-_.c"] {
            assert_eq!(found(&[value]), Ok(Some("a.b-_.c".into())), "{value}");
        }
        assert_eq!(found(&[]), Ok(None));
    }

    #[test]
    fn refuses_everything_that_could_be_two_or_something_else() {
        use TokenError::*;
        for (values, error) in [
            (["Bearer a", "Bearer a"].as_slice(), CredentialDuplicated),
            (&["Bearer a", "Basic b"], CredentialDuplicated),
            (&["", ""], CredentialDuplicated),
            (&[""], SchemeNotBearer),
            (&["Basic YTpi"], SchemeNotBearer),
            (&["DPoP a.b.c"], SchemeNotBearer),
            (&["a.b.c"], SchemeNotBearer),
            (&[" Bearer a"], SchemeNotBearer),
            (&["Bearer\ta"], SchemeNotBearer),
            (&["Bearer"], CredentialMalformed),
            (&["Bearer "], CredentialMalformed),
            (&["Bearer  a"], CredentialMalformed),
            (&["Bearer a "], CredentialMalformed),
            (&["Bearer a b"], CredentialMalformed),
            (&["Bearer a,b"], CredentialDuplicated),
            (&["Bearer a, Bearer b"], CredentialDuplicated),
            (&["Basic a,bearer b"], CredentialDuplicated),
            (&["Digest a=b, c=d"], SchemeNotBearer),
            (&["Bearer a=="], CredentialMalformed),
            (&["Bearer zoë"], CredentialMalformed),
        ] {
            assert_eq!(found(values), Err(error), "{values:?}");
        }
    }
}
