//! Scopes of OAuth 2.0.

/// Whether `text` is one scope-token (RFC 6749 §3.3): printable ASCII without spaces, `"` and `\`. Anything
/// else could not stand in a challenge without changing its meaning.
pub fn is_scope(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
    !text.is_empty() && text.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_challenge_can_name() {
        for (text, good) in [
            ("orders:read", true),
            ("https://api.test/a!'()", true),
            ("", false),
            ("a b", false),
            ("a\"b", false),
            ("a\\b", false),
            ("zo\u{eb}", false),
            ("a\n", false),
        ] {
            assert_eq!(is_scope(text), good, "{text:?}");
        }
    }
}
