//! Names that an origin gives to what it has answered with.

/// Bytes of a tag that is kept. Those of common servers have 20 to 80: times and lengths in hexadecimal, or
/// digests.
pub const MAX_ENTITY_TAG_BYTES: usize = 256;

/// An entity tag (RFC 9110 §8.8.3), weak or strong, exactly as the origin has written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// The tag that the value of the field `etag` is. Whatever is none, is longer than
    /// [`MAX_ENTITY_TAG_BYTES`], or is not ASCII counts as no tag: then a document is fetched as a whole.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let opaque = value.strip_prefix(b"W/").unwrap_or(value);
        let inside = opaque.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let is_tag = value.len() <= MAX_ENTITY_TAG_BYTES && inside.iter().all(|byte| is_of_tag(*byte));
        is_tag.then(|| String::from_utf8(value.to_vec()).ok()).flatten().map(Self)
    }

    /// The tag with its quotes, as it goes into `if-none-match`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `etagc` without `obs-text`, which no text is certain to hold.
const fn is_of_tag(byte: u8) -> bool {
    byte.is_ascii_graphic() && byte != b'"'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_tags_as_they_are() {
        let longest = format!("\"{}\"", "x".repeat(MAX_ENTITY_TAG_BYTES - 2));
        for text in ["\"\"", "\"xyzzy\"", "W/\"xyzzy\"", "W/\"\"", "\"a,b'W/\\!#~\"", &longest] {
            assert_eq!(EntityTag::parse(text.as_bytes()).unwrap().as_str(), text);
        }
    }

    #[test]
    fn takes_nothing_else() {
        let too_long = format!("\"{}\"", "x".repeat(MAX_ENTITY_TAG_BYTES - 1));
        for bytes in [
            b"".as_slice(),
            b"\"",
            b"W/",
            b"W/\"",
            b"*",
            b"xyzzy",
            b"\"xyzzy",
            b"xyzzy\"",
            b"w/\"xyzzy\"",
            b"W/ \"xyzzy\"",
            b" \"xyzzy\"",
            b"\"xyzzy\" ",
            b"\"xy zzy\"",
            b"\"xy\"zzy\"",
            b"\"a\", \"b\"",
            b"\"xyzzy\r\nx: 1\"",
            b"\"xyzzy\0\"",
            b"\"xyzzy\x7f\"",
            b"\"\xff\xfe\"",
            "\"é\"".as_bytes(),
            too_long.as_bytes(),
        ] {
            assert_eq!(EntityTag::parse(bytes), None, "{}", bytes.escape_ascii());
        }
    }
}
