//! `x-forwarded-client-cert`, as Envoy writes it: what each hop says of the certificate of its client.
//!
//! ```text
//! header  = element *( "," *SP element )         one per hop, the nearest one last
//! element = pair *( ";" pair )
//! pair    = key "=" ( plain / DQUOTE quoted DQUOTE )
//! key     = 1*( ALPHA / DIGIT / "-" / "_" )      matched without regard to case
//! plain   = *( %x21-7E but DQUOTE "," ";" )
//! quoted  = *( %x20-7E but DQUOTE "\" / "\" %x20-7E )
//! ```
//!
//! Envoy puts `By`, `URI` and `DNS` in as they stand in a certificate, without quotes, so an `=` may be in
//! them. It puts the name of `Subject` in as RFC 2253 §2.4 escapes it and does not escape it again: of all
//! that a backslash can stand before, `"` alone loses it when the value is read.
//!
//! A header that breaks the grammar anywhere is refused whole: who reads on at the next comma has let the
//! client choose where its element starts.

use std::borrow::Cow;
use std::iter;

/// Bytes of all fields of the header. Envoy takes no more in a whole request head by default
/// (`max_request_headers_kb`, 60 KiB).
pub(crate) const MAX_XFCC_BYTES: usize = 60 * 1024;

/// Elements in all fields of the header, one per hop. [`MAX_XFCC_BYTES`] leave 240 bytes for each, which is
/// what Envoy writes of two SPIFFE IDs of usual length and a `Hash`.
pub(crate) const MAX_XFCC_ELEMENTS: usize = 256;

/// What one hop says. It is well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    text: &'a str,
}

/// Why a header cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XfccError {
    /// More than [`MAX_XFCC_BYTES`].
    TooLong,
    /// More than [`MAX_XFCC_ELEMENTS`].
    TooManyElements,
    /// It breaks the grammar.
    Malformed,
}

/// More than one pair with the key that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Several;

/// The last element of a header whose fields have these values: what the nearest hop says. Nothing when
/// there is no field.
///
/// # Errors
/// When the header is too long or breaks the grammar, whichever element does so.
pub(crate) fn last_element<'a>(
    values: impl Iterator<Item = &'a [u8]>,
) -> Result<Option<Element<'a>>, XfccError> {
    let (mut bytes, mut elements, mut last) = (0_usize, 0_usize, None);
    for value in values {
        bytes = bytes.saturating_add(value.len());
        if bytes > MAX_XFCC_BYTES {
            return Err(XfccError::TooLong);
        }
        for element in in_field(text(value)?) {
            last = Some(element?);
            elements = elements.saturating_add(1);
            if elements > MAX_XFCC_ELEMENTS {
                return Err(XfccError::TooManyElements);
            }
        }
    }
    Ok(last)
}

impl<'a> Element<'a> {
    /// The value of the only pair with this key; nothing when no pair has it. An empty value is one.
    ///
    /// # Errors
    /// When several pairs have the key, in whatever case and with whatever values.
    pub(crate) fn only(self, key: &str) -> Result<Option<Cow<'a, str>>, Several> {
        let mut pairs = self.pairs().filter(|pair| pair.key.eq_ignore_ascii_case(key));
        match (pairs.next(), pairs.next()) {
            (found, None) => Ok(found.map(|pair| pair.value.read())),
            (_, Some(_)) => Err(Several),
        }
    }

    fn pairs(self) -> impl Iterator<Item = Pair<'a>> {
        let mut rest = Some(self.text);
        iter::from_fn(move || {
            let pair = pair(rest?)?;
            rest = if let After::Pair(next) = pair.after { Some(next) } else { None };
            Some(pair)
        })
    }
}

#[derive(Debug, Clone, Copy)]
struct Pair<'a> {
    key: &'a str,
    value: Value<'a>,
    after: After<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    Plain(&'a str),
    /// Between the quotes, not yet unescaped.
    Quoted(&'a str),
}

/// What stands behind a pair.
#[derive(Debug, Clone, Copy)]
enum After<'a> {
    Pair(&'a str),
    Element(&'a str),
    End,
}

impl<'a> Value<'a> {
    fn read(self) -> Cow<'a, str> {
        match self {
            Self::Quoted(value) if value.contains(r#"\""#) => unescaped(value).into(),
            Self::Plain(value) | Self::Quoted(value) => value.into(),
        }
    }
}

/// Visible ASCII and spaces. Names outside of it are escaped by Envoy (`Subject`) or are no names that
/// anything here could mean.
fn text(value: &[u8]) -> Result<&str, XfccError> {
    let good = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    str::from_utf8(value).ok().filter(|_| good).ok_or(XfccError::Malformed)
}

/// The elements of one field, up to the first that is malformed. The text of each goes on to the end of the
/// field, which is its own end for the last one.
fn in_field(field: &str) -> impl Iterator<Item = Result<Element<'_>, XfccError>> {
    let mut rest = Some(field);
    iter::from_fn(move || {
        let text = rest.take()?;
        let Some(after) = past_element(text) else { return Some(Err(XfccError::Malformed)) };
        rest = if let After::Element(next) = after { Some(next) } else { None };
        Some(Ok(Element { text }))
    })
}

/// What stands behind the element at the start of `text`.
fn past_element(mut text: &str) -> Option<After<'_>> {
    loop {
        match pair(text)?.after {
            After::Pair(next) => text = next,
            after @ (After::Element(_) | After::End) => return Some(after),
        }
    }
}

/// The pair at the start of `text`.
fn pair(text: &str) -> Option<Pair<'_>> {
    let (key, rest) = text.split_once('=')?;
    let key_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if key.is_empty() || !key.bytes().all(key_byte) {
        return None;
    }
    let (value, rest) = match rest.strip_prefix('"') {
        Some(rest) => quoted(rest)?,
        None => plain(rest)?,
    };
    Some(Pair { key, value, after: after(rest)? })
}

fn plain(text: &str) -> Option<(Value<'_>, &str)> {
    let end = text.find([',', ';']).unwrap_or(text.len());
    let (value, rest) = text.split_at_checked(end)?;
    (!value.contains(['"', ' '])).then_some((Value::Plain(value), rest))
}

/// The value up to the first quote that is not escaped. A backslash that is itself escaped escapes nothing.
fn quoted(text: &str) -> Option<(Value<'_>, &str)> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let (value, rest) = text.split_at_checked(end)?;
    Some((Value::Quoted(value), rest.strip_prefix('"')?))
}

/// Spaces behind a comma are those of a proxy that has made one field of several (RFC 9110 §5.3).
fn after(text: &str) -> Option<After<'_>> {
    if let Some(rest) = text.strip_prefix(';') {
        return Some(After::Pair(rest));
    }
    if let Some(rest) = text.strip_prefix(',') {
        return Some(After::Element(rest.trim_start_matches(' ')));
    }
    text.is_empty().then_some(After::End)
}

/// `\"` without its backslash, and every other pair as it stands.
fn unescaped(value: &str) -> String {
    let mut read = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        match (char, if char == '\\' { chars.next() } else { None }) {
            ('\\', Some('"')) => read.push('"'),
            (first, second) => read.extend([Some(first), second].into_iter().flatten()),
        }
    }
    read
}

#[cfg(test)]
mod tests;
