//! Subjects that no field may carry: refused, or written so that nothing of them is raw on the wire; never 503.

use testenv::report::{Checked, ensure};

use super::order;
use crate::exchange::exchange;
use crate::row::{Row, Sent};
use crate::tokens::Tokens;
use crate::world::World;

const CLASS: &str = "claims";

/// How a subject is written in JSON, and what must not arrive of it.
const SUBJECTS: [(&str, &[u8], &[u8]); 9] = [
    ("CR LF and a field", br#""a\r\nx-injected: 1""#, b"\r\nx-injected"),
    ("NUL", br#""a\u0000b""#, b"a\0b"),
    ("LF", br#""a\nb""#, b"a\nb"),
    ("DEL", br#""a\u007fb""#, b"a\x7fb"),
    ("a control of C1", br#""a\u0085b""#, b"a\xc2\x85b"),
    ("an override of direction", br#""a\u202eb""#, b"a\xe2\x80\xaeb"),
    ("a lone surrogate", br#""a\ud800b""#, b"a\xed\xa0\x80b"),
    ("bytes that are no UTF-8", b"\"a\xff\xfeb\"", b"a\xff\xfeb"),
    ("white space around it", br#"" admin ""#, b" admin "),
];

/// Claims that must be one text, and are not.
const NO_TEXTS: [(&str, &[u8]); 4] =
    [("a number", b"7"), ("a list", b"[\"alice\"]"), ("null", b"null"), ("nothing", b"\"\"")];

pub fn rows(tokens: &Tokens) -> Vec<Row> {
    let subjects = SUBJECTS.into_iter().map(|(name, json, raw)| {
        let token = tokens.with_subject(json);
        Row::plays(CLASS, format!("a subject with {name}"), move |world, id| {
            let status = never_raw(world, &token, raw, id)?;
            Ok(format!("{status}, nothing raw"))
        })
    });
    let no_texts = NO_TEXTS.into_iter().map(|(name, json)| {
        let request = order(&tokens.with_subject(json));
        let may = [crate::row::Ending::Refused(401, "jwt", "")];
        Row::sends(CLASS, format!("a subject that is {name}"), Sent::Http1(request), &may)
    });
    subjects.chain(no_texts).collect()
}

/// 401, or an allowed request of whose fields none holds the bytes.
fn never_raw(world: &World, token: &str, raw: &[u8], id: &str) -> Checked<u16> {
    let came = exchange(world, &Sent::Http1(order(token)), id)?;
    let status = came.status.unwrap_or_default();
    ensure(matches!(status, 200 | 401 | 403), || format!("{status}"))?;
    let arrived = world.arrived_of(id);
    ensure(arrived.len() == usize::from(status == 200), || format!("{status}, {} arrived", arrived.len()))?;
    let values = arrived.iter().flat_map(|arrived| &arrived.fields).map(|(_, value)| value);
    let raw_ones = values.filter(|value| value.windows(raw.len()).any(|window| window == raw)).count();
    let injected = arrived.iter().filter(|arrived| arrived.field("x-injected").is_some()).count();
    ensure(raw_ones + injected == 0, || "it arrived as it is".to_owned())?;
    Ok(status)
}
