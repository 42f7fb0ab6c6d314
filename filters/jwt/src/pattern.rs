//! Patterns of subjects, in which `*` stands for any run of characters.

/// Bytes of one pattern: a SPIFFE ID of common length, or the longest e-mail address, fits.
pub(crate) const MAX_PATTERN_BYTES: usize = 256;

/// A pattern without state and without backtracking: each of its literal parts is searched once, from where
/// the one before it ended, so a match takes time linear in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// What the text starts with.
    head: String,
    /// What comes after the first `*`; nothing when there is none.
    tail: Option<Tail>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Tail {
    /// Between two `*` each, in this order.
    middle: Vec<String>,
    /// What the text ends with.
    end: String,
}

impl Pattern {
    /// The pattern that is written as `text`; nothing when it is empty or longer than
    /// [`MAX_PATTERN_BYTES`].
    pub(crate) fn new(text: &str) -> Option<Self> {
        if !(1..=MAX_PATTERN_BYTES).contains(&text.len()) {
            return None;
        }
        let Some((head, rest)) = text.split_once('*') else {
            return Some(Self { head: text.to_owned(), tail: None });
        };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        let middle = middle.split('*').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(Self { head: head.to_owned(), tail: Some(Tail { middle, end: end.to_owned() }) })
    }

    /// Whether the whole of `text` is as the pattern says.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let Some(tail) = &self.tail else { return text == self.head };
        let inner = text.strip_prefix(self.head.as_str()).and_then(|rest| rest.strip_suffix(&*tail.end));
        // The leftmost place of each part leaves the most text to those after it.
        let mut parts = tail.middle.iter();
        let left = inner.and_then(|inner| {
            parts.try_fold(inner, |rest, part| rest.split_once(part.as_str()).map(|(_, rest)| rest))
        });
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By the definition, without care for time.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) => (0..=text.len()).any(|skipped| naive(rest, &text[skipped..])),
            (Some((wanted, pattern)), Some((found, text))) => wanted == found && naive(pattern, text),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    #[test]
    fn matches_the_whole_text() {
        for (pattern, text, expected) in [
            ("svc-*", "svc-orders", true),
            ("svc-*", "svc-", true),
            ("svc-*", "my-svc-orders", false),
            ("alice", "alice", true),
            ("alice", "alice2", false),
            ("alice", "Alice", false),
            ("*@acme.test", "bob@acme.test", true),
            ("*@acme.test", "bob@acme.test.evil", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*", "", true),
            ("**", "anything", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "acb", false),
            ("zo*", "zoë", true),
        ] {
            assert_eq!(Pattern::new(pattern).unwrap().matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn is_bounded() {
        assert_eq!(Pattern::new(""), None);
        assert!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES)).is_some());
        assert_eq!(Pattern::new(&"a".repeat(MAX_PATTERN_BYTES + 1)), None);
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab*ë]{1,10}", text in "[abë]{0,14}") {
            let fast = Pattern::new(&pattern).unwrap().matches(&text);
            prop_assert_eq!(fast, naive(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
