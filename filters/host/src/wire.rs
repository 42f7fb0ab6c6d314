//! The proxy's serialization of header fields: a count, the lengths, then every text with a NUL behind it.

use contract::{Head, HeadError, Span};

/// Bytes of a length or count.
const WORD: usize = 4;

/// Decode a map of header fields as the proxy sends it. The buffer becomes the head; nothing is copied.
pub(crate) fn decode(buffer: Vec<u8>) -> Result<Head, HeadError> {
    if buffer.is_empty() {
        return Ok(Head::default());
    }
    let spans = spans(&buffer).ok_or(HeadError::Truncated)?;
    Head::new(buffer, spans)
}

fn spans(buffer: &[u8]) -> Option<Vec<Span>> {
    let count = word(buffer, 0)?;
    let lengths = count.checked_mul(WORD)?.checked_mul(2)?;
    let mut at = WORD.checked_add(lengths)?;
    // The lengths alone must fit, so a count that lies cannot make us reserve more than the buffer holds.
    buffer.get(..at)?;
    let mut spans = Vec::with_capacity(count);
    for index in 0..count {
        let lengths_at = index.checked_mul(WORD)?.checked_mul(2)?.checked_add(WORD)?;
        let name = take(&mut at, word(buffer, lengths_at)?)?;
        let value = take(&mut at, word(buffer, lengths_at.checked_add(WORD)?)?)?;
        spans.push(Span { name, value });
    }
    Some(spans)
}

/// The range of a text at `at`, which moves behind the text's NUL.
fn take(at: &mut usize, length: usize) -> Option<std::ops::Range<usize>> {
    let end = at.checked_add(length)?;
    let range = *at..end;
    *at = end.checked_add(1)?;
    Some(range)
}

fn word(buffer: &[u8], at: usize) -> Option<usize> {
    let bytes = buffer.get(at..at.checked_add(WORD)?)?;
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}

/// Encode header fields for the proxy.
pub(crate) fn encode(fields: &[(&str, &str)]) -> Vec<u8> {
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut buffer = Vec::new();
    buffer.extend(u32::try_from(fields.len()).unwrap_or(u32::MAX).to_le_bytes());
    for (name, value) in fields {
        buffer.extend(length(name));
        buffer.extend(length(value));
    }
    for (name, value) in fields {
        buffer.extend(name.bytes().chain([0]));
        buffer.extend(value.bytes().chain([0]));
    }
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_it_encodes() {
        let head = decode(encode(&[(":path", "/"), ("a", ""), ("a", "b")])).unwrap();
        assert_eq!(head.raw_path(), Some(b"/".as_slice()));
        assert_eq!(head.values("a").collect::<Vec<_>>(), [b"".as_slice(), b"b"]);
    }

    #[test]
    fn refuses_a_buffer_that_lies_about_itself() {
        let good = encode(&[("name", "value")]);
        for cut in 1..good.len() - 1 {
            assert_eq!(decode(good[..cut].to_vec()).unwrap_err(), HeadError::Truncated, "{cut}");
        }
        assert_eq!(decode(vec![0xff; 64]).unwrap_err(), HeadError::Truncated);
        assert!(decode(vec![]).unwrap().fields().next().is_none());
    }
}
