//! Lower-case hexadecimal, as trace ids and transaction ids are written.

/// `bytes` in lower case, two digits each.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    push(&mut text, bytes);
    text
}

/// Append `bytes` in lower case, two digits each.
pub(crate) fn push(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xf));
    }
}

fn digit(nibble: u8) -> char {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'))
}

/// The `N` bytes that `text` spells; nothing for upper case, another length or any other character.
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
        _ => None,
    });
    pairs.collect::<Option<Vec<u8>>>()?.try_into().ok()
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        assert_eq!(encode(&[0x00, 0x9a, 0xff]), "009aff");
        assert_eq!(decode(b"009aff"), Some([0x00, 0x9a, 0xff]));
    }

    #[test]
    fn refuses_every_other_spelling() {
        for bad in ["", "0", "00", "00FF", "0g00", "000000", "00 0"] {
            assert_eq!(decode::<2>(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
