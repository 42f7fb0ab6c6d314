//! `x-forwarded-client-cert`: a second reader, which goes byte by byte, reads the same or refuses too.
//!
//! The input is the values of the fields, one a line.

// The file itself: it is pure, and the crate has no public face for it.
#[path = "../../../filters/identity/src/xfcc.rs"]
mod field;

use field::{Element, MAX_XFCC_BYTES, MAX_XFCC_ELEMENTS, Several, last_element};

/// See above.
pub fn property(data: &[u8]) {
    let fields: Vec<_> = data.split(|byte| *byte == b'\n').collect();
    let found = last_element(fields.iter().copied());
    let read: Option<Vec<_>> = fields.iter().map(|field| read(field)).collect();
    let bytes: usize = fields.iter().map(|field| field.len()).sum();
    let fits = |read: &Vec<Read>| {
        bytes <= MAX_XFCC_BYTES && read.iter().map(|read| read.elements).sum::<usize>() <= MAX_XFCC_ELEMENTS
    };
    let read = read.filter(fits);
    assert_eq!(found.is_ok(), read.is_some(), "{found:?}, the second reader: {read:?}");
    let (Ok(Some(found)), Some(last)) = (found, read.and_then(|mut read| read.pop())) else { return };
    for key in last.pairs.iter().map(|pair| pair.0.as_str()).chain(["By", "URI"]) {
        assert_says_the_same(found, &last.pairs, key);
    }
    let joined = fields.join(b",".as_slice());
    if joined.len() <= MAX_XFCC_BYTES {
        assert_eq!(last_element([joined.as_slice()].into_iter()), Ok(Some(found)), "as one field");
    }
}

fn assert_says_the_same(found: Element<'_>, pairs: &[(String, String)], key: &str) {
    let is_asked = |pair: &&(String, String)| pair.0.eq_ignore_ascii_case(key);
    let values: Vec<_> = pairs.iter().filter(is_asked).map(|pair| pair.1.as_str()).collect();
    match (found.only(key), values.as_slice()) {
        (Ok(None), []) | (Err(Several), [_, _, ..]) => {}
        (Ok(Some(value)), [only]) => assert_eq!(value, *only),
        (answer, values) => panic!("{key}: {answer:?} of {values:?}"),
    }
}

/// What the second reader has read: how many elements, and the pairs of the last.
#[derive(Debug, Default)]
struct Read {
    elements: usize,
    pairs: Vec<(String, String)>,
}

enum At {
    Gap,
    Key,
    Value,
    Plain,
    Quoted,
    Escaped,
    Closed,
}

fn read(field: &[u8]) -> Option<Read> {
    let mut read = Read { elements: 1, pairs: Vec::new() };
    let (mut at, mut key, mut value) = (At::Key, String::new(), String::new());
    for char in field.iter().map(|byte| char::from(*byte)) {
        at = match (at, char) {
            (_, char) if !matches!(char, ' '..='~') => return None,
            (At::Gap, ' ') => At::Gap,
            (At::Key, '=') if !key.is_empty() => At::Value,
            (At::Gap | At::Key, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_') => {
                key.push(char);
                At::Key
            }
            (At::Value, '"') => At::Quoted,
            (At::Quoted, '\\') => At::Escaped,
            (At::Quoted, '"') => At::Closed,
            (At::Quoted, char) => {
                value.push(char);
                At::Quoted
            }
            (At::Escaped, char) => {
                value.extend(if char == '"' { None } else { Some('\\') });
                value.push(char);
                At::Quoted
            }
            (At::Value | At::Plain | At::Closed, ';' | ',') => {
                read.pairs.push((std::mem::take(&mut key), std::mem::take(&mut value)));
                if char == ';' {
                    At::Key
                } else {
                    read = Read { elements: read.elements + 1, pairs: Vec::new() };
                    At::Gap
                }
            }
            (At::Value | At::Plain, char) if !matches!(char, '"' | ' ') => {
                value.push(char);
                At::Plain
            }
            _ => return None,
        };
    }
    read.pairs.push((key, value));
    matches!(at, At::Value | At::Plain | At::Closed).then_some(read)
}
