//! Values of dynamic metadata as Envoy serialises them for a module: without their types.
//!
//! ```text
//! text      its bytes
//! number    an IEEE 754 double of eight bytes, little endian, whole or not
//! boolean   one byte, 0 or 1
//! list      a count, a length and a zero length for each, then every text and an empty one, each with a NUL
//! null      no value: the proxy refuses to say it
//! ```

/// Bytes of a text: as many as the token stage takes in a claim.
const MAX_TEXT_BYTES: usize = 1024;

/// The largest number up to which a double tells all whole numbers apart.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// Bytes of a count or a length.
const WORD: usize = 4;

/// A text without control characters. A number or a boolean mostly has some, but not always, so types are
/// for the configuration to say.
pub(super) fn text(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?;
    let good = (1..=MAX_TEXT_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
    good.then(|| text.to_owned())
}

/// A number.
pub(super) fn number(value: &[u8]) -> Option<f64> {
    value.try_into().ok().map(f64::from_le_bytes).filter(|number| number.is_finite())
}

/// A whole number that a double holds exactly.
pub(super) fn long(value: &[u8]) -> Option<i64> {
    let number = number(value)?;
    let whole = number.fract() == 0.0 && number.abs() <= MAX_WHOLE;
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what an i64 holds")]
    whole.then_some(number as i64)
}

/// A truth value.
pub(super) fn boolean(value: &[u8]) -> Option<bool> {
    match value {
        [0] => Some(false),
        [1] => Some(true),
        _ => None,
    }
}

/// A list of at most `most` texts: pairs of a text and nothing. Anything that is left over, or any text
/// where a list has nothing, makes it no list.
pub(super) fn texts(value: &[u8], most: usize) -> Option<Vec<String>> {
    let (count, mut lengths) = word(value)?;
    let table = count.checked_mul(WORD)?.checked_mul(2)?;
    if count > most {
        return None;
    }
    let mut rest = lengths.get(table..)?;
    let mut texts = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, after) = word(lengths)?;
        let (nothing, after) = word(after)?;
        lengths = after;
        if nothing != 0 {
            return None;
        }
        texts.push(text(take(&mut rest, length)?)?);
        take(&mut rest, nothing)?;
    }
    rest.is_empty().then_some(texts)
}

/// The first `length` bytes, with the NUL behind them taken away.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(length)?;
    *rest = after.strip_prefix(&[0])?;
    Some(taken)
}

fn word(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<WORD>()?;
    Some((usize::try_from(u32::from_le_bytes(*word)).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::list;

    #[test]
    fn reads_values_of_their_type_and_no_others() {
        let three = 3.0_f64.to_le_bytes();
        assert_eq!((long(&three), number(&three), text(&three)), (Some(3), Some(3.0), None));
        assert_eq!((long(&2.5_f64.to_le_bytes()), long(&1e300_f64.to_le_bytes())), (None, None));
        assert_eq!((long(&f64::NAN.to_le_bytes()), long(b"3")), (None, None));
        assert_eq!(
            (boolean(&[1]), boolean(&[0]), boolean(&[2]), boolean(b"true")),
            (Some(true), Some(false), None, None)
        );
        assert_eq!(
            (text("zoë".as_bytes()), text(b"a\0"), text(b"\xff"), text(b"")),
            (Some("zoë".into()), None, None, None)
        );
        assert_eq!(text(&[b'a'; MAX_TEXT_BYTES + 1]), None);
    }

    #[test]
    fn reads_lists_of_texts() {
        assert_eq!(texts(&list(&["a", "bc"]), 2).unwrap(), ["a", "bc"]);
        assert_eq!(texts(&list(&[]), 2).unwrap(), [""; 0]);
        assert_eq!(texts(&list(&["a", "b", "c"]), 2), None);
        assert_eq!(texts(b"text", 2), None);
    }

    #[test]
    fn refuses_a_list_that_lies_about_itself() {
        let good = list(&["admin", "reader"]);
        for cut in 0..good.len() {
            assert_eq!(texts(&good[..cut], 8), None, "{cut}");
        }
        assert_eq!(texts(&[good.as_slice(), b"x"].concat(), 8), None);
        assert_eq!(texts(&[0xff; 64], usize::MAX), None);
    }
}
