//! Lists, inner lists, items and parameters (RFC 9651 §4.2.1 to §4.2.3), in the JSON of the working group's
//! cases. `None` is a failure to parse.

use serde_json::{Value, json};

use super::bare;
use super::cursor::Cursor;

/// A field that is a list.
pub fn list(field: &[u8]) -> Option<Value> {
    whole(field, members)
}

/// A field that is an item.
pub fn item(field: &[u8]) -> Option<Value> {
    whole(field, one_item)
}

fn whole(field: &[u8], read: impl Fn(&mut Cursor<'_>) -> Option<Value>) -> Option<Value> {
    let mut cursor = Cursor(field);
    spaces(&mut cursor);
    let value = read(&mut cursor)?;
    spaces(&mut cursor);
    cursor.0.is_empty().then_some(value)
}

fn members(cursor: &mut Cursor<'_>) -> Option<Value> {
    let mut members = Vec::new();
    while !cursor.0.is_empty() {
        members.push(if cursor.peek() == Some(b'(') { inner_list(cursor)? } else { one_item(cursor)? });
        whitespace(cursor);
        if cursor.0.is_empty() {
            break;
        }
        cursor.expect(b',')?;
        whitespace(cursor);
        // A comma at the end.
        cursor.peek()?;
    }
    Some(Value::Array(members))
}

fn inner_list(cursor: &mut Cursor<'_>) -> Option<Value> {
    cursor.expect(b'(')?;
    let mut items = Vec::new();
    loop {
        spaces(cursor);
        if cursor.take(b')') {
            return Some(json!([items, parameters(cursor)?]));
        }
        items.push(one_item(cursor)?);
        cursor.peek().filter(|next| matches!(next, b' ' | b')'))?;
    }
}

fn one_item(cursor: &mut Cursor<'_>) -> Option<Value> {
    Some(json!([bare::item(cursor)?, parameters(cursor)?]))
}

/// The last value of a name counts, in the place of the first.
fn parameters(cursor: &mut Cursor<'_>) -> Option<Value> {
    let mut parameters: Vec<(String, Value)> = Vec::new();
    while cursor.take(b';') {
        spaces(cursor);
        let name = key(cursor)?;
        let value = if cursor.take(b'=') { bare::item(cursor)? } else { Value::Bool(true) };
        match parameters.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => parameters.push((name, value)),
        }
    }
    Some(json!(parameters))
}

fn key(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.peek().filter(|first| first.is_ascii_lowercase() || *first == b'*')?;
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.*".contains(&byte);
    String::from_utf8(cursor.take_while(good).to_vec()).ok()
}

fn spaces(cursor: &mut Cursor<'_>) {
    cursor.take_while(|byte| byte == b' ');
}

fn whitespace(cursor: &mut Cursor<'_>) {
    cursor.take_while(|byte| matches!(byte, b' ' | b'\t'));
}
