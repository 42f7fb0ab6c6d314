//! The head of a request: its header fields as the bytes the client sent.

use std::ops::Range;

use crate::{MAX_HEAD_BYTES, MAX_HEAD_FIELDS};

/// All header fields of one request, pseudo-headers included, in the order of arrival.
///
/// Values are bytes: HTTP allows any octet above 0x7F in them, and a filter that insists on UTF-8 can be
/// switched off by one request. Duplicates are kept, because whoever looks at the first one only can be
/// shown another value than the service behind sees.
#[derive(Debug, Default, Clone)]
pub struct Head {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    has_body: bool,
}

/// Where one field's name and value lie in the buffer of a [`Head`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The bytes of the name.
    pub name: Range<usize>,
    /// The bytes of the value.
    pub value: Range<usize>,
}

/// Why a request head was not taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadError {
    /// More than [`MAX_HEAD_BYTES`].
    TooManyBytes,
    /// More than [`MAX_HEAD_FIELDS`].
    TooManyFields,
    /// A span points outside the buffer, or the buffer is cut short.
    Truncated,
}

/// A field that must be single came more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DuplicateField;

impl Head {
    /// A head over `bytes`, in which `spans` mark the fields.
    ///
    /// # Errors
    /// When a bound is exceeded or a span lies outside of `bytes`.
    pub fn new(bytes: Vec<u8>, spans: Vec<Span>) -> Result<Self, HeadError> {
        if bytes.len() > MAX_HEAD_BYTES {
            return Err(HeadError::TooManyBytes);
        }
        if spans.len() > MAX_HEAD_FIELDS {
            return Err(HeadError::TooManyFields);
        }
        let inside = |range: &Range<usize>| bytes.get(range.clone()).is_some();
        if !spans.iter().all(|span| inside(&span.name) && inside(&span.value)) {
            return Err(HeadError::Truncated);
        }
        Ok(Self { bytes, spans, has_body: false })
    }

    /// A head from name and value pairs, as tests and tools write them.
    ///
    /// # Errors
    /// When a bound is exceeded.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<Self, HeadError> {
        let mut bytes = Vec::new();
        let mut spans = Vec::new();
        let mut push = |part: &[u8]| {
            let start = bytes.len();
            bytes.extend_from_slice(part);
            start..bytes.len()
        };
        for (name, value) in pairs {
            spans.push(Span { name: push(name), value: push(value) });
        }
        Self::new(bytes, spans)
    }

    /// This head, with or without a body behind it. Its fields do not tell: HTTP/2 needs none for a body.
    #[must_use]
    pub const fn followed_by_body(mut self, has_body: bool) -> Self {
        self.has_body = has_body;
        self
    }

    /// Whether a body follows, and be it an empty one. Unless somebody has said so, none does.
    pub const fn has_body(&self) -> bool {
        self.has_body
    }

    /// Every field, in order of arrival.
    #[inline]
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.spans.iter().map(|span| (self.at(&span.name), self.at(&span.value)))
    }

    /// Every value of the fields called `name`, in any case.
    #[inline]
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.fields()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// The value of a field that may come once at most.
    ///
    /// # Errors
    /// When it came more than once.
    #[inline]
    pub fn single<'a>(&'a self, name: &'a str) -> Result<Option<&'a [u8]>, DuplicateField> {
        let mut values = self.values(name);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(DuplicateField),
        }
    }

    /// `:method`, or nothing when it is absent or duplicated.
    pub fn method(&self) -> Option<&[u8]> {
        self.single(":method").ok().flatten()
    }

    /// `:path` with its query, unsettled; nothing when it is absent (CONNECT) or duplicated.
    pub fn raw_path(&self) -> Option<&[u8]> {
        self.single(":path").ok().flatten()
    }

    /// `:authority`, or nothing when it is absent or duplicated.
    pub fn authority(&self) -> Option<&[u8]> {
        self.single(":authority").ok().flatten()
    }

    #[inline]
    fn at(&self, range: &Range<usize>) -> &[u8] {
        // `new` has checked every range; the empty slice is what the type asks for, not a case.
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(pairs: &[(&str, &[u8])]) -> Head {
        Head::from_pairs(pairs.iter().map(|(name, value)| (name.as_bytes(), *value))).unwrap()
    }

    #[test]
    fn keeps_duplicates_and_bytes_that_are_no_text() {
        let head = head(&[("x-role", b"user"), ("X-Role", b"\xff\xfe")]);
        let roles: Vec<_> = head.values("x-role").collect();
        assert_eq!(roles, [b"user".as_slice(), b"\xff\xfe"]);
        assert_eq!(head.single("x-role"), Err(DuplicateField));
        assert_eq!(head.single("absent"), Ok(None));
    }

    #[test]
    fn refuses_spans_outside_of_the_buffer() {
        let outside = Span { name: 0..2, value: 2..9 };
        assert_eq!(Head::new(b"abcd".to_vec(), vec![outside]).unwrap_err(), HeadError::Truncated);
    }

    #[test]
    fn refuses_more_than_the_bounds() {
        let large = vec![b'a'; MAX_HEAD_BYTES + 1];
        assert_eq!(Head::new(large, vec![]).unwrap_err(), HeadError::TooManyBytes);
        let many = vec![Span { name: 0..0, value: 0..0 }; MAX_HEAD_FIELDS + 1];
        assert_eq!(Head::new(vec![], many).unwrap_err(), HeadError::TooManyFields);
    }
}
