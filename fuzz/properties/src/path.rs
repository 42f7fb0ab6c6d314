//! The head of a request and its path: a path that was settled is read in one way by everybody.
//!
//! The input is lines `NAME=VALUE`.
use contract::{Head, MAX_HEAD_BYTES, MAX_HEAD_FIELDS, MAX_PATH_BYTES, SettledPath};

/// Escapes that some services decode before they split the path.
const AMBIGUOUS: [&str; 6] = ["%2F", "%5C", "%3F", "%23", "%3B", "%25"];

/// See above.
pub fn property(data: &[u8]) {
    let fields: Vec<_> = data.split(|byte| *byte == b'\n').filter_map(field).collect();
    let bytes: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    let head = Head::from_pairs(fields.iter().copied());
    assert_eq!(head.is_ok(), bytes <= MAX_HEAD_BYTES && fields.len() <= MAX_HEAD_FIELDS);
    let Ok(head) = head else { return };
    assert!(head.fields().eq(fields.iter().copied()), "the head holds other fields");
    let Some(raw) = head.raw_path() else { return };
    if let Ok(path) = SettledPath::settle(raw) {
        assert_settled(raw, &path);
    }
}

fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = line.iter().position(|byte| *byte == b'=')?;
    Some((&line[..equals], &line[equals + 1..]))
}

fn assert_settled(raw: &[u8], settled: &SettledPath) {
    let (text, path) = (settled.as_str(), settled.path());
    let again = SettledPath::settle(text.as_bytes()).expect("settled, but refused the second time");
    assert_eq!((again.as_str(), again.path()), (text, path), "settling twice changes more");
    assert!(!again.changed() && settled.changed() == (text.as_bytes() != raw));
    assert!(text.len() <= raw.len() && text.len() <= MAX_PATH_BYTES);
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#'), "{text:?}");
    assert!(!path.contains(['\\', ';', '?', '"', '<', '>', '^', '`', '{', '|', '}']), "{path:?}");
    assert!(!AMBIGUOUS.iter().any(|escape| path.to_ascii_uppercase().contains(escape)), "{path:?}");
    assert_segments(path);
    // The query goes on as it came.
    let query = |text: &[u8]| text.iter().position(|byte| *byte == b'?').map(|at| text[at..].to_vec());
    assert_eq!(query(text.as_bytes()), query(raw));
    assert_eq!(settled.query().map(|query| format!("{path}?{query}")).unwrap_or(path.into()), text);
}

fn assert_segments(path: &str) {
    let segments: Vec<_> = path.strip_prefix('/').expect("not in origin form").split('/').collect();
    let (last, inner) = segments.split_last().expect("split yields one at least");
    assert!(!inner.contains(&""), "an empty segment in {path:?}");
    for segment in inner.iter().chain([last]) {
        let decoded = SettledPath::decode(segment);
        assert!(!matches!(decoded.as_str(), "." | ".."), "{path:?}");
        assert!(!decoded.contains(|c: char| c.is_control() || "/\\?#;%\u{fffd}".contains(c)), "{path:?}");
        assert!(
            !decoded.contains([
                '\u{2024}', '\u{2025}', '\u{fe52}', '\u{fe68}', '\u{ff0e}', '\u{ff0f}', '\u{ff3c}'
            ]),
            "{path:?}"
        );
    }
}
