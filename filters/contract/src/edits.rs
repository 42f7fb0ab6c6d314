//! Changes to header fields, as data that only the host performs.

use std::borrow::Cow;
use std::fmt;

/// An ordered list of changes. There is no "append": a value of ours never stands beside a client's.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Edits(Vec<Edit>);

/// One change to the header fields of a request or response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Remove every field of this name. The name is the client's own spelling, so it is bytes.
    Remove(Vec<u8>),
    /// Replace every field of this name by one with this value.
    Set(HeaderName, HeaderValue),
}

impl Edits {
    /// Nothing to change.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Remove every field called `name`.
    pub fn remove(&mut self, name: impl Into<Vec<u8>>) {
        self.0.push(Edit::Remove(name.into()));
    }

    /// Leave exactly one field called `name`, with `value`.
    pub fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.push(Edit::Set(name, value));
    }

    /// Set `name` when there is a value, remove it when there is none: no third case in which the
    /// client's value survives.
    pub fn set_or_remove(&mut self, name: HeaderName, value: Option<HeaderValue>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name.as_str()),
        }
    }

    /// Perform `later` after these.
    pub fn extend(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    /// The changes in the order in which they are to be made.
    pub fn iter(&self) -> impl Iterator<Item = &Edit> {
        self.0.iter()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A lower-case header field name (RFC 9110 §5.1), or a pseudo-header.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderName(Cow<'static, str>);

/// Text that is no header name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderNameError;

impl HeaderName {
    /// A name known when the program was written. The caller answers for its being a lower-case token.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A name from a configuration, lower-cased.
    ///
    /// # Errors
    /// When `name` is empty or holds anything but the characters of a token.
    pub fn new(name: &str) -> Result<Self, HeaderNameError> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(HeaderNameError);
        }
        Ok(Self(Cow::Owned(name.to_ascii_lowercase())))
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HeaderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A header value that no codec refuses and no log is fooled by: printable ASCII and spaces inside.
///
/// Envoy writes the values of local replies unchecked, so a line break in one would start a header of the
/// attacker's making; in a request it ends in 503. Neither can be expressed in this type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderValue(Cow<'static, str>);

/// Text that must not go into a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderValueError;

impl HeaderValue {
    /// A value known when the program was written. The caller answers for its being printable ASCII.
    pub const fn from_static(value: &'static str) -> Self {
        Self(Cow::Borrowed(value))
    }

    /// `value`, if it is printable ASCII without a space at either end.
    ///
    /// # Errors
    /// For everything else; encode it first.
    pub fn new(value: impl Into<String>) -> Result<Self, HeaderValueError> {
        let value = value.into();
        let printable = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !printable || value.starts_with(' ') || value.ends_with(' ') {
            return Err(HeaderValueError);
        }
        Ok(Self(Cow::Owned(value)))
    }

    /// Any text, with every byte outside of printable ASCII, and `%` itself, percent-encoded as its UTF-8
    /// bytes (RFC 3986 §2.1); spaces at the ends are encoded too. Decoding gives the text back exactly.
    pub fn encode(text: &str) -> Self {
        let last = text.len().saturating_sub(1);
        let mut out = String::with_capacity(text.len());
        for (index, byte) in text.bytes().enumerate() {
            let at_an_end = index == 0 || index == last;
            match byte {
                b' ' if at_an_end => push_percent(&mut out, byte),
                b'%' => push_percent(&mut out, byte),
                0x20..0x7f => out.push(char::from(byte)),
                _ => push_percent(&mut out, byte),
            }
        }
        Self(Cow::Owned(out))
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<u64> for HeaderValue {
    fn from(number: u64) -> Self {
        Self(Cow::Owned(number.to_string()))
    }
}

fn push_percent(out: &mut String, byte: u8) {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
    out.push('%');
    out.push(digit(byte >> 4));
    out.push(digit(byte & 0xf));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_values_that_would_split_a_response() {
        for bad in ["a\r\nx: 1", "a\0", " lead", "trail ", "\u{7f}", "é"] {
            assert_eq!(HeaderValue::new(bad), Err(HeaderValueError), "{bad:?}");
        }
        assert_eq!(HeaderValue::new("a b;c=\"d\"").unwrap().as_str(), "a b;c=\"d\"");
    }

    #[test]
    fn encodes_any_text_without_loss() {
        assert_eq!(HeaderValue::encode("zoë 100%\r\n ").as_str(), "zo%C3%AB 100%25%0D%0A%20");
        assert_eq!(HeaderValue::encode("").as_str(), "");
    }

    #[test]
    fn removes_what_it_does_not_set() {
        let mut edits = Edits::new();
        edits.set_or_remove(HeaderName::from_static("x-a"), None);
        assert_eq!(edits.iter().collect::<Vec<_>>(), [&Edit::Remove(b"x-a".to_vec())]);
    }

    #[test]
    fn names_are_tokens_in_lower_case() {
        assert_eq!(HeaderName::new("X-User").unwrap().as_str(), "x-user");
        for bad in ["", "x user", "x:y", "é"] {
            assert_eq!(HeaderName::new(bad), Err(HeaderNameError), "{bad:?}");
        }
    }
}
