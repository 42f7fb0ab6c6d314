//! Credentials in a header field (RFC 6750 §2.1, RFC 9110 §11.4).

use contract::{Head, is_one_name};

use super::Offer;
use crate::TokenError;

/// The value of the field called `name`. Another spelling that some services take for it is refused: they
/// would read another credential than the one that was judged.
pub(super) fn single<'a>(head: &'a Head, name: &str) -> Result<Option<&'a [u8]>, TokenError> {
    let mut fields = head.fields().filter(|(field, _)| is_one_name(field, name.as_bytes()));
    match (fields.next(), fields.next()) {
        (None, _) => Ok(None),
        (Some((field, value)), None) if field.eq_ignore_ascii_case(name.as_bytes()) => Ok(Some(value)),
        (Some(_), None) => Err(TokenError::CredentialMalformed),
        (Some(_), Some(_)) => Err(TokenError::CredentialDuplicated),
    }
}

/// The credential in `value`, and which of `offers` it is.
pub(super) fn read<'a, 'b>(
    offers: &'a [Offer],
    value: &'b [u8],
) -> Result<(&'a Offer, &'b [u8]), TokenError> {
    if is_joined(offers, value) {
        return Err(TokenError::CredentialDuplicated);
    }
    if let Some(whole) = offers.iter().find(|offer| offer.scheme.is_none()) {
        return Ok((whole, value));
    }
    let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
    let (scheme, rest) = value.split_at_checked(end).unwrap_or((value, &[]));
    let offer = offers.iter().find(|offer| offer.is_called(scheme)).ok_or(TokenError::SchemeNotBearer)?;
    match rest {
        [b' ', credential @ ..] => Ok((offer, credential)),
        _ => Err(offer.purpose.malformed()),
    }
}

/// Whether two fields stand in one value. Envoy joins repeated `Authorization` fields with a comma before
/// any filter sees them, and no credential of ours holds one.
fn is_joined(offers: &[Offer], value: &[u8]) -> bool {
    // Nearly none has one, which is found out by words.
    value.contains(&b',')
        && value
            .split(|byte| *byte == b',')
            .any(|part| offers.iter().any(|offer| offer.starts(part.trim_ascii_start())))
}

impl Offer {
    fn is_called(&self, scheme: &[u8]) -> bool {
        self.scheme.as_ref().is_some_and(|ours| ours.as_bytes().eq_ignore_ascii_case(scheme))
    }

    /// Whether `text` begins like this one. Without a scheme, everything does.
    fn starts(&self, text: &[u8]) -> bool {
        let Some(scheme) = &self.scheme else { return true };
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    }
}
