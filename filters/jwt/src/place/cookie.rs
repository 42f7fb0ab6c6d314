//! Credentials in a cookie (RFC 6265 §4.2).

use contract::{Head, SettledPath};

use crate::TokenError;

/// The value of the cookie called `name`. Which of two of one name a service reads, nobody knows.
pub(crate) fn single<'a>(head: &'a Head, name: &str) -> Result<Option<&'a [u8]>, TokenError> {
    let mut values = fields(head).flat_map(segments).filter_map(|segment| value_of(segment, name));
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(TokenError::CredentialDuplicated),
    }
}

/// All cookies but `name`, byte for byte and in their order; nothing when there is no other. Several fields
/// become one, as HTTP has it (RFC 9113 §8.2.3).
pub(crate) fn without(head: &Head, name: &str) -> Option<Vec<u8>> {
    let kept = |field| {
        let others = segments(field).filter(|segment| value_of(segment, name).is_none());
        others.collect::<Vec<_>>().join(&b';').trim_ascii().to_vec()
    };
    let kept: Vec<_> = fields(head).map(kept).filter(|field| !field.is_empty()).collect();
    (!kept.is_empty()).then(|| kept.join(b"; ".as_slice()))
}

fn fields(head: &Head) -> impl Iterator<Item = &[u8]> {
    head.values("cookie")
}

fn segments(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    field.split(|byte| *byte == b';')
}

/// The value of `segment` if that is its name, also when it is written with escapes: some services decode
/// them, and would read another cookie than the one that was judged.
fn value_of<'a>(segment: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let equals = segment.iter().position(|byte| *byte == b'=')?;
    let (found, value) = segment.split_at_checked(equals)?;
    let found = found.trim_ascii();
    let same = found == name.as_bytes() || (found.contains(&b'%') && is_escaped(found, name));
    same.then(|| value.get(1..).unwrap_or_default().trim_ascii())
}

fn is_escaped(found: &[u8], name: &str) -> bool {
    std::str::from_utf8(found).is_ok_and(|found| SettledPath::decode(found) == name)
}
