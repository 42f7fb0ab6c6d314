//! The one spelling of a path that is decided on and that leaves the filter.

use crate::MAX_PATH_BYTES;

/// A path that no two parsers read differently, with its query.
///
/// Every known bypass of path rules rests on a proxy and a service that disagree about a spelling:
/// `//`, `/./`, `/..;/`, `%2f`, `%00`, `#`, overlong UTF-8. Escapes of unreserved characters are decoded and
/// the others written in upper case (RFC 3986 §6.2.2); whatever else could be read in two ways is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledPath {
    text: String,
    path_len: usize,
    changed: bool,
}

/// Why a path was not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathError {
    /// Not in origin form (RFC 9112 §3.2.1): absent, `*`, or an absolute URI.
    NotOriginForm,
    /// More than [`MAX_PATH_BYTES`].
    TooLong,
    /// A control character, a space, a backslash, `#`, `;` or a byte that is not ASCII.
    Character,
    /// `%` without two hexadecimal digits.
    BrokenEscape,
    /// An escape that some services decode before they split the path: `/`, `\`, `?`, `#`, `;`, `%`, controls,
    /// and what looks like a dot or a slash.
    AmbiguousEscape,
    /// A `.`, `..` or empty segment, also when it was escaped.
    DotOrEmptySegment,
    /// Escapes that decode to no UTF-8.
    NotUtf8,
}

impl PathError {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotOriginForm => "path_not_origin_form",
            Self::TooLong => "path_too_long",
            Self::Character => "path_character",
            Self::BrokenEscape => "path_broken_escape",
            Self::AmbiguousEscape => "path_ambiguous_escape",
            Self::DotOrEmptySegment => "path_dot_or_empty_segment",
            Self::NotUtf8 => "path_not_utf8",
        }
    }
}

impl SettledPath {
    /// Settle the value of `:path`.
    ///
    /// # Errors
    /// When services could disagree about what it names.
    pub fn settle(raw: &[u8]) -> Result<Self, PathError> {
        if raw.len() > MAX_PATH_BYTES {
            return Err(PathError::TooLong);
        }
        if raw.first() != Some(&b'/') {
            return Err(PathError::NotOriginForm);
        }
        let at = raw.iter().position(|byte| *byte == b'?').unwrap_or(raw.len());
        let (path, query) = (raw.get(..at).unwrap_or(raw), raw.get(at..).unwrap_or_default());
        let mut text = settle_path(path)?;
        let path_len = text.len();
        text.push_str(settle_query(query)?);
        let changed = text.as_bytes() != raw;
        Ok(Self { text, path_len, changed })
    }

    /// The path with its query, as it is to be forwarded.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The path without its query.
    pub fn path(&self) -> &str {
        self.text.get(..self.path_len).unwrap_or_default()
    }

    /// What follows the `?`, if there is one.
    pub fn query(&self) -> Option<&str> {
        self.text.get(self.path_len..).and_then(|rest| rest.strip_prefix('?'))
    }

    /// Whether settling changed the spelling, so that `:path` must be rewritten.
    pub const fn changed(&self) -> bool {
        self.changed
    }

    /// A segment of [`Self::path`] with its escapes decoded. Settling has made sure that it is UTF-8.
    pub fn decode(segment: &str) -> String {
        String::from_utf8_lossy(&decoded(segment.as_bytes())).into_owned()
    }
}

/// Characters that become, or contain, one of those that are refused when a service normalizes compatible
/// forms (Unicode NFKC) before it resolves a path. By what they turn into: dots, slashes and backslashes, `a/c`
/// and its like, `%`, `;`, `?`, `#`.
const LOOK_ALIKES: [char; 28] = [
    '\u{2024}', '\u{2025}', '\u{2026}', '\u{fe19}', '\u{fe30}', '\u{fe52}', '\u{ff0e}', '\u{ff0f}',
    '\u{fe68}', '\u{ff3c}', '\u{2100}', '\u{2101}', '\u{2105}', '\u{2106}', '\u{fe6a}', '\u{ff05}',
    '\u{037e}', '\u{fe14}', '\u{fe54}', '\u{ff1b}', '\u{2047}', '\u{2048}', '\u{2049}', '\u{fe16}',
    '\u{fe56}', '\u{ff1f}', '\u{fe5f}', '\u{ff03}',
];

fn settle_path(path: &[u8]) -> Result<String, PathError> {
    if let Some(plain) = plain_path(path) {
        check_segments(plain)?;
        return Ok(plain.to_owned());
    }
    let mut out = String::with_capacity(path.len());
    let mut rest = path.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let escaped = escaped_byte(rest.next(), rest.next()).ok_or(PathError::BrokenEscape)?;
                push_escaped(&mut out, escaped)?;
            }
            _ if is_path_character(byte) => out.push(char::from(byte)),
            _ => return Err(PathError::Character),
        }
    }
    check_segments(&out)?;
    Ok(out)
}

/// The path, if there is no escape in it, nor anything that could not stand there: as most are.
fn plain_path(path: &[u8]) -> Option<&str> {
    let is_plain = path.iter().all(|byte| is_path_character(*byte));
    is_plain.then(|| std::str::from_utf8(path).ok()).flatten()
}

/// `pchar` of RFC 3986 §3.3 and the slash, without `;`, after which some services cut a segment off.
const fn is_path_character(byte: u8) -> bool {
    is_unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b'=' | b':' | b'@' | b'/'
        )
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn escaped_byte(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
    let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
    u8::try_from(value).ok()
}

fn push_escaped(out: &mut String, byte: u8) -> Result<(), PathError> {
    if is_unreserved(byte) {
        out.push(char::from(byte));
    } else if byte.is_ascii_control() || b"/\\?#;%".contains(&byte) {
        return Err(PathError::AmbiguousEscape);
    } else {
        out.push_str(&format!("%{byte:02X}"));
    }
    Ok(())
}

fn check_segments(path: &str) -> Result<(), PathError> {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let trailing_slash = segment.is_empty() && segments.peek().is_none();
        if matches!(segment, "" | "." | "..") && !trailing_slash {
            return Err(PathError::DotOrEmptySegment);
        }
        // What is not escaped is visible ASCII by now.
        if !segment.contains('%') {
            continue;
        }
        let text = String::from_utf8(decoded(segment.as_bytes())).map_err(|_| PathError::NotUtf8)?;
        // Controls of ASCII are refused before; the others are U+0080 to U+009F, a line break among them.
        if text.chars().any(|character| character.is_control() || LOOK_ALIKES.contains(&character)) {
            return Err(PathError::AmbiguousEscape);
        }
    }
    Ok(())
}

fn decoded(segment: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(segment.len());
    let mut rest = segment.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => out.extend(escaped_byte(rest.next(), rest.next())),
            _ => out.push(byte),
        }
    }
    out
}

/// The query is forwarded as it came; it only must not hold what ends a request line or starts a fragment.
fn settle_query(query: &[u8]) -> Result<&str, PathError> {
    let plain = |byte: &u8| (0x21..0x7f).contains(byte) && *byte != b'#';
    match std::str::from_utf8(query) {
        Ok(text) if query.iter().all(plain) => Ok(text),
        Ok(_) | Err(_) => Err(PathError::Character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_a_plain_path_alone() {
        let settled = SettledPath::settle(b"/orders/42?expand=a%2Fb").unwrap();
        assert_eq!(settled.path(), "/orders/42");
        assert_eq!(settled.query(), Some("expand=a%2Fb"));
        assert!(!settled.changed());
        assert_eq!(SettledPath::settle(b"/").unwrap().as_str(), "/");
        assert_eq!(SettledPath::settle(b"/a/").unwrap().as_str(), "/a/");
    }

    #[test]
    fn writes_escapes_in_one_way() {
        let settled = SettledPath::settle(b"/%6frders/zo%c3%ab").unwrap();
        assert_eq!(settled.as_str(), "/orders/zo%C3%AB");
        assert!(settled.changed());
        assert_eq!(SettledPath::decode("zo%C3%AB"), "zoë");
    }

    #[test]
    fn refuses_what_two_parsers_read_differently() {
        use PathError::*;
        for (raw, error) in [
            ("", NotOriginForm),
            ("*", NotOriginForm),
            ("http://host/orders", NotOriginForm),
            ("orders", NotOriginForm),
            ("//orders", DotOrEmptySegment),
            ("/a//b", DotOrEmptySegment),
            ("/a/./b", DotOrEmptySegment),
            ("/a/../b", DotOrEmptySegment),
            ("/a/..", DotOrEmptySegment),
            ("/a/%2e%2E/b", DotOrEmptySegment),
            ("/a/.%2e/b", DotOrEmptySegment),
            ("/a/..;/b", Character),
            ("/a;v=1/b", Character),
            ("/a\\b", Character),
            ("/a#b", Character),
            ("/a?b#c", Character),
            ("/a b", Character),
            ("/zoë", Character),
            ("/a\0", Character),
            ("/a%2fb", AmbiguousEscape),
            ("/a%5Cb", AmbiguousEscape),
            ("/a%00b", AmbiguousEscape),
            ("/a%252fb", AmbiguousEscape),
            ("/a%3Fb", AmbiguousEscape),
            ("/a%3bb", AmbiguousEscape),
            ("/a%7fb", AmbiguousEscape),
            ("/a%c2%85b", AmbiguousEscape),
            ("/a/%ef%bc%8e%ef%bc%8e/b", AmbiguousEscape),
            ("/a%ef%bc%8fb", AmbiguousEscape),
            ("/a/%ef%b8%b0/b", AmbiguousEscape),
            ("/a/%e2%80%a6/b", AmbiguousEscape),
            ("/a%e2%84%80b", AmbiguousEscape),
            ("/a%ef%bc%85b", AmbiguousEscape),
            ("/a%cd%beb", AmbiguousEscape),
            ("/a%e2%81%87b", AmbiguousEscape),
            ("/a%ef%bc%83b", AmbiguousEscape),
            ("/a%", BrokenEscape),
            ("/a%4", BrokenEscape),
            ("/a%zz", BrokenEscape),
            ("/a%+1", BrokenEscape),
            ("/a%c0%af", NotUtf8),
            ("/a%ff", NotUtf8),
            ("/a%u002fb", BrokenEscape),
            ("/a%e0%80%afb", NotUtf8),
            ("/a%ed%a0%80b", NotUtf8),
            ("/a/%2E", DotOrEmptySegment),
            ("/a//", DotOrEmptySegment),
            ("/a/..%2fb", AmbiguousEscape),
            ("/a/..%5cb", AmbiguousEscape),
            ("/a;", Character),
            ("/a\tb", Character),
            ("/a?b c", Character),
            ("/a?b\0", Character),
            ("shop.test:443", NotOriginForm),
            ("?a", NotOriginForm),
            ("\\a", NotOriginForm),
        ] {
            assert_eq!(SettledPath::settle(raw.as_bytes()), Err(error), "{raw:?}");
        }
        let long = format!("/{}", "a".repeat(MAX_PATH_BYTES));
        assert_eq!(SettledPath::settle(long.as_bytes()), Err(TooLong));
    }

    #[test]
    fn settling_twice_changes_nothing_more() {
        for raw in ["/%7Euser/%c3%a9", "/a/b/", "/a%20b?q=%20", "/a:b@c/(d)"] {
            let once = SettledPath::settle(raw.as_bytes()).unwrap();
            let twice = SettledPath::settle(once.as_str().as_bytes()).unwrap();
            assert_eq!(once.as_str(), twice.as_str());
            assert!(!twice.changed());
        }
    }

    #[test]
    fn a_character_means_the_same_with_and_without_an_escape_beside_it() {
        for byte in 0..=u8::MAX {
            let (plain, mixed) = ([b'/', b'a', byte], [b'/', b'%', b'7', b'E', byte]);
            let settled = |raw: &[u8]| settle_path(raw).map(|path| path.as_bytes().last().copied());
            assert_eq!(settled(&plain), settled(&mixed), "{byte}");
        }
    }
}
