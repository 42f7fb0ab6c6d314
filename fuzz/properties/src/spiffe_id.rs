//! A SPIFFE ID: taken is what the standard allows and nothing else, and it stays as it came.
use contract::SpiffeId;

/// See above.
pub fn property(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = SpiffeId::parse(text);
    assert_eq!(parsed.is_ok(), is_allowed(data), "{text:?}");
    let Ok(id) = parsed else { return };
    assert_eq!((id.as_str(), id.to_string().as_str()), (text, text), "it is another text now");
    assert_eq!(SpiffeId::parse(id.as_str()).as_ref(), Ok(&id));
    let trust_domain = id.trust_domain();
    let rest = text.strip_prefix("spiffe://").and_then(|rest| rest.strip_prefix(trust_domain));
    assert!(
        rest.is_some_and(|path| path.is_empty() || path.starts_with('/')),
        "{trust_domain:?} of {text:?}"
    );
    // The trust domain by itself is an ID too (SPIFFE-ID §2.2), and its own trust domain.
    let domain = SpiffeId::parse(&format!("spiffe://{trust_domain}")).expect("a trust domain that is none");
    assert_eq!(domain.trust_domain(), trust_domain);
}

/// SPIFFE-ID §2, byte by byte.
fn is_allowed(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"spiffe://") else { return false };
    let mut parts = rest.split(|byte| *byte == b'/');
    let trust_domain = parts.next().unwrap_or_default();
    let lower = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    let segment_is_allowed = |segment: &[u8]| {
        !matches!(segment, b"" | b"." | b"..")
            && segment.iter().all(|byte| lower(byte) || byte.is_ascii_uppercase())
    };
    (1..=255).contains(&trust_domain.len())
        && trust_domain.iter().all(lower)
        && parts.all(segment_is_allowed)
        && text.len() <= 2048
}
