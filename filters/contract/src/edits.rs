//! Changes to header fields, as data that only the host performs.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::digits::{Digits, MOST_DIGITS};
use crate::value_text::ValueText;

/// An ordered list of changes. Only what is a list of everybody's members is appended to; everywhere else a value of
/// ours never stands beside a client's.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Edits(Vec<Edit>);

/// One change to the header fields of a request or response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// Remove every field of this name. The name is the client's own spelling, so it is bytes.
    Remove(Vec<u8>),
    /// Replace every field of this name by one with this value.
    Set(HeaderName, HeaderValue),
    /// Add a field beside those of this name.
    Append(HeaderName, HeaderValue),
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

    /// Add one field called `name`, with `value`, beside what others have said. For responses, and for fields that are
    /// lists (RFC 9110 §5.3) in which a proxy must leave standing what a service says.
    #[inline]
    pub fn append(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.push(Edit::Append(name, value));
    }

    /// Set `name` when there is a value, remove it when there is none: no third case in which the
    /// client's value survives.
    pub fn set_or_remove(&mut self, name: HeaderName, value: Option<HeaderValue>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name.as_str()),
        }
    }

    /// Nothing to change so far, with room for so many changes.
    #[must_use]
    #[inline]
    pub fn with_capacity(changes: usize) -> Self {
        Self(Vec::with_capacity(changes))
    }

    /// Perform `later` after these.
    #[inline]
    pub fn extend(&mut self, later: Self) {
        match self.0.is_empty() {
            // As it is, without moving one change after the other.
            true => *self = later,
            false => self.0.extend(later.0),
        }
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
pub struct HeaderValue(ValueText);

/// Text that must not go into a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderValueError;

impl HeaderValue {
    /// What an encoded value begins with.
    pub const ENCODED: &str = "base64url:";

    /// A value known when the program was written. The caller answers for its being printable ASCII.
    pub const fn from_static(value: &'static str) -> Self {
        Self(ValueText::Static(value))
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
        Ok(Self(ValueText::Owned(value)))
    }

    /// Any text. Visible ASCII stands as it is; everything else, and what begins with
    /// [`Self::ENCODED`] itself, is that marker and the UTF-8 bytes in base64url without padding (RFC 4648 §5).
    /// So no value can split a header or a line of a log, none is lost at the ends, and each is decoded in
    /// one way.
    pub fn encode(text: &str) -> Self {
        let is_plain = !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_graphic())
            && !text.starts_with(Self::ENCODED);
        if is_plain {
            return Self(ValueText::Owned(text.to_owned()));
        }
        Self(ValueText::Owned(format!("{}{}", Self::ENCODED, URL_SAFE_NO_PAD.encode(text))))
    }

    /// What [`Self::encode`] has made `value` of, if it can have made it.
    pub fn decode(value: &str) -> Option<String> {
        let Some(encoded) = value.strip_prefix(Self::ENCODED) else { return Some(value.to_owned()) };
        String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
    }

    /// This value, made to be cloned: that copies nothing from now on.
    #[must_use]
    pub fn shared(self) -> Self {
        Self(self.0.shared())
    }

    /// This value and behind it `numbers` in decimal digits, each after a text known when the program was written. The
    /// caller answers for the texts' being printable ASCII.
    #[must_use]
    pub fn followed_by<const COUNT: usize>(&self, numbers: [(&'static str, u64); COUNT]) -> Self {
        let stem = self.as_str();
        let texts = numbers.iter().fold(stem.len(), |bytes, (text, _)| bytes.saturating_add(text.len()));
        let mut value = String::with_capacity(texts.saturating_add(COUNT.saturating_mul(MOST_DIGITS)));
        value.push_str(stem);
        for (text, number) in numbers {
            value.push_str(text);
            value.push_str(Digits::of(number).as_str());
        }
        Self(ValueText::Owned(value))
    }

    /// The value.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl From<u64> for HeaderValue {
    fn from(number: u64) -> Self {
        Self(ValueText::Owned(Digits::of(number).as_str().to_owned()))
    }
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
        for (text, value) in [
            ("alice@example.test", "alice@example.test"),
            ("100%", "100%"),
            ("zoë", "base64url:em_Dqw"),
            ("a b", "base64url:YSBi"),
            ("a\r\nx: 1", "base64url:YQ0KeDogMQ"),
            ("", "base64url:"),
            ("base64url:YQ", "base64url:YmFzZTY0dXJsOllR"),
        ] {
            let encoded = HeaderValue::encode(text);
            assert_eq!(encoded.as_str(), value);
            assert!(HeaderValue::new(value).is_ok());
            assert_eq!(HeaderValue::decode(value).as_deref(), Some(text));
        }
        assert_eq!(HeaderValue::decode("base64url:not base64"), None);
    }

    #[test]
    fn numbers_follow_a_value_in_digits() {
        let stem = HeaderValue::from_static("\"a\";r=");
        assert_eq!(
            stem.followed_by([("", 7), (";t=", u64::MAX)]).as_str(),
            "\"a\";r=7;t=18446744073709551615"
        );
    }

    #[test]
    fn a_shared_value_is_the_same_and_cloned_where_it_lies() {
        for value in [HeaderValue::new("a b").unwrap(), HeaderValue::from_static("a b")] {
            let shared = value.clone().shared();
            assert_eq!((&shared, shared.as_str()), (&value, "a b"));
            assert_eq!(shared.clone().as_str().as_ptr(), shared.as_str().as_ptr());
        }
    }

    #[test]
    fn later_changes_come_after_earlier_ones() {
        let name = HeaderName::from_static("x-a");
        let one = |number: u64| {
            let mut edits = Edits::with_capacity(1);
            edits.append(name.clone(), number.into());
            edits
        };
        let mut all = Edits::new();
        (1..=3).for_each(|number| all.extend(one(number)));
        let numbers: Vec<_> = all.iter().collect();
        assert_eq!(numbers, one(1).iter().chain(one(2).iter()).chain(one(3).iter()).collect::<Vec<_>>());
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
