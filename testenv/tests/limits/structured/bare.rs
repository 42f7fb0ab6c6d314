//! Bare items (RFC 9651 §4.2.3.1 to §4.2.10).

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Value, json};

use super::cursor::Cursor;

/// §4.2.7 lets receivers be lenient about padding and what stands in its bits.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// RFC 4648 §6: how the cases spell bytes.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub fn item(cursor: &mut Cursor<'_>) -> Option<Value> {
    match cursor.peek()? {
        b'-' | b'0'..=b'9' => number(cursor),
        b'"' => string(cursor),
        b'*' | b'A'..=b'Z' | b'a'..=b'z' => token(cursor),
        b':' => binary(cursor),
        b'?' => boolean(cursor),
        b'@' => date(cursor),
        b'%' => display_string(cursor),
        _ => None,
    }
}

/// At most 15 digits, or 12 and 3 behind a point.
fn number(cursor: &mut Cursor<'_>) -> Option<Value> {
    let sign = if cursor.take(b'-') { "-" } else { "" };
    let whole = digits(cursor);
    if !cursor.take(b'.') {
        let number: i64 = format!("{sign}{whole}").parse().ok()?;
        return (whole.len() <= 15).then(|| json!(number));
    }
    let fraction = digits(cursor);
    let good = (1..=12).contains(&whole.len()) && (1..=3).contains(&fraction.len());
    let number: f64 = format!("{sign}{whole}.{fraction}").parse().ok()?;
    good.then(|| json!(number))
}

fn digits<'a>(cursor: &mut Cursor<'a>) -> &'a str {
    std::str::from_utf8(cursor.take_while(|byte| byte.is_ascii_digit())).unwrap_or_default()
}

fn string(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b'"')?;
    let mut text = String::new();
    loop {
        match cursor.next()? {
            b'"' => return Some(json!(text)),
            b'\\' => text.push(cursor.next().filter(|escaped| b"\"\\".contains(escaped))?.into()),
            plain => text.push(printable(plain)?),
        }
    }
}

fn printable(byte: u8) -> Option<char> {
    (b' '..=b'~').contains(&byte).then_some(byte.into())
}

fn token(cursor: &mut Cursor<'_>) -> Option<Value> {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&byte);
    typed("token", String::from_utf8(cursor.take_while(good).to_vec()).ok()?)
}

fn binary(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b':')?;
    let bytes = BASE64.decode(cursor.take_while(|byte| byte != b':')).ok()?;
    cursor.expect(b':')?;
    typed("binary", base32(&bytes))
}

fn boolean(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b'?')?;
    match cursor.next()? {
        b'0' => Some(json!(false)),
        b'1' => Some(json!(true)),
        _ => None,
    }
}

fn date(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b'@')?;
    typed("date", number(cursor)?.as_i64()?)
}

fn display_string(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b'%')?;
    cursor.expect(b'"')?;
    let mut bytes = Vec::new();
    loop {
        match cursor.next()? {
            b'"' => return typed("displaystring", String::from_utf8(bytes).ok()?),
            b'%' => bytes.push(hex(cursor)? << 4 | hex(cursor)?),
            plain => bytes.push(printable(plain)? as u8),
        }
    }
}

/// A digit in lower case.
fn hex(cursor: &mut Cursor<'_>) -> Option<u8> {
    match cursor.next()? {
        digit @ b'0'..=b'9' => Some(digit - b'0'),
        letter @ b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

fn typed(name: &str, value: impl Into<Value>) -> Option<Value> {
    Some(json!({ "__type": name, "value": value.into() }))
}

fn base32(bytes: &[u8]) -> String {
    let groups = bytes.chunks(5).map(|group| {
        let bits = (0..5).fold(0, |bits, at| bits << 8 | u64::from(*group.get(at).unwrap_or(&0)));
        let used = (group.len() * 8).div_ceil(5);
        let digit = |at: usize| BASE32[(bits >> (35 - 5 * at)) as usize & 31] as char;
        (0..8).map(|at| if at < used { digit(at) } else { '=' }).collect::<String>()
    });
    groups.collect()
}
