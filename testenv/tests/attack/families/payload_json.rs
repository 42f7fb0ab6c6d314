//! Claims that two parsers read in two ways, or that one cannot bear (RFC 7519 §4, CVE-2026-48042). All of
//! them are signed by the right key.

use crate::attack::{Attack, explained};
use crate::forge::Forge;

/// Arrays in one another, this many.
pub fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The text in UTF-16, big-endian.
pub fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Members after the others, as they stand.
fn last(members: impl AsRef<[u8]>) -> impl Fn(&str) -> Vec<u8> {
    move |text| [&text.as_bytes()[..text.len() - 1], b",", members.as_ref(), b"}"].concat()
}

const DIFFERENCES: [(&str, &str); 6] = [
    ("comma behind", "its parser takes more than JSON"),
    ("single quotes", "its parser takes more than JSON"),
    ("name without quotes", "its parser takes more than JSON"),
    ("newline in a text", "its parser takes more than JSON"),
    ("NUL in a text", "its parser takes more than JSON"),
    ("depth 65", "has a bound too, a higher one"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = |edit: &dyn Fn(&str) -> Vec<u8>| forge.good().payload_bytes(edit).token();
    let mut attacks: Vec<_> = twice(forge);
    for (name, what, token) in [
        ("another object behind", "`{}{}`", token(&|text| format!("{text}{{}}").into_bytes())),
        ("text behind", "`{}x`", token(&|text| format!("{text}x").into_bytes())),
        (
            "NUL behind",
            "ends early where texts end at NUL",
            token(&|text| format!("{text}\0").into_bytes()),
        ),
        ("comma behind the last", "`{\"a\":1,}`", token(&|text| text.replace('}', ",}").into_bytes())),
        ("comma before the first", "`{,\"a\":1}`", token(&|text| text.replacen('{', "{,", 1).into_bytes())),
        ("single quotes", "no JSON", token(&|text| text.replace('"', "'").into_bytes())),
        ("name without quotes", "no JSON", token(&last("x:1"))),
        ("comment", "`/**/`", token(&last("/**/\"x\":1"))),
        ("line comment", "`//`", token(&last("//\n\"x\":1"))),
        ("NaN", "no JSON", token(&last(r#""x":NaN"#))),
        ("Infinity", "no JSON", token(&last(r#""x":Infinity"#))),
        ("number too large", "`1e400`", token(&last(r#""x":1e400"#))),
        ("zero before", "`01`", token(&last(r#""x":01"#))),
        ("plus", "`+1`", token(&last(r#""x":+1"#))),
        ("hexadecimal", "`0x10`", token(&last(r#""x":0x10"#))),
        ("escape of C", "`\\x41`", token(&last(r#""x":"\x41""#))),
        ("newline in a text", "not escaped", token(&last("\"x\":\"a\nb\""))),
        ("NUL in a text", "not escaped", token(&last("\"x\":\"a\0b\""))),
        ("byte order mark", "U+FEFF before it", token(&|text| format!("\u{feff}{text}").into_bytes())),
        ("no UTF-8", "a byte 0xFF", token(&last(b"\"x\":\"\xff\""))),
        ("UTF-8, too long", "0xC0 0xAF", token(&last(b"\"x\":\"\xc0\xaf\""))),
        ("UTF-8, cut off", "0xF0 0x9F", token(&last(b"\"x\":\"\xf0\x9f\""))),
        ("UTF-8, surrogate", "0xED 0xA0 0x80", token(&last(b"\"x\":\"\xed\xa0\x80\""))),
        ("lone surrogate", "`\\ud800`", token(&last(r#""x":"\ud800""#))),
        ("surrogates exchanged", "`\\udc00\\ud800`", token(&last(r#""x":"\udc00\ud800""#))),
        ("UTF-16", "another encoding", token(&|text| utf16(text))),
        ("depth 65", "one deeper than the bound", token(&last(format!(r#""x":{}"#, nested(64))))),
        ("depth 2000", "deep enough to end a stack", token(&last(format!(r#""x":{}"#, nested(1999))))),
        ("depth 5000, open", "never closed", token(&last(format!(r#""x":{}"#, "[".repeat(5000))))),
        ("array", "`[…]`", token(&|text| format!("[{text}]").into_bytes())),
        ("text", "a JSON text", token(&|_| b"\"alice\"".to_vec())),
        ("number", "`1`", token(&|_| b"1".to_vec())),
        ("null", "`null`", token(&|_| b"null".to_vec())),
        ("empty", "no bytes", token(&|_| Vec::new())),
        ("spaces", "nothing else", token(&|_| b"   ".to_vec())),
        ("no JSON", "words", token(&|_| b"sub=alice".to_vec())),
        ("cut off", "its last byte is missing", token(&|text| text.as_bytes()[..text.len() - 1].to_vec())),
        ("token", "a good token for its payload", token(&|_| forge.good().token().into_bytes())),
    ] {
        attacks.push(Attack::token(name, what, &token, "claims_malformed"));
    }
    explained(attacks, &DIFFERENCES)
}

/// Members that stand twice.
fn twice(forge: &Forge<'_>) -> Vec<Attack> {
    [
        ("`sub` twice", r#""sub":"admin""#),
        ("`sub` twice, escaped", r#""s\u0075b":"admin""#),
        ("`sub` twice, the same", r#""sub":"alice""#),
        ("`aud` twice", r#""aud":"other-api""#),
        ("`iss` twice", r#""iss":"https://elsewhere.test""#),
        ("`exp` twice", r#""exp":9999999999"#),
        ("`roles` twice", r#""roles":["admin"]"#),
        ("unknown member twice", r#""x":1,"x":1"#),
        ("twice inside", r#""x":{"a":1,"a":2}"#),
        ("twice inside of an array", r#""x":[{"a":1,"\u0061":2}]"#),
        ("`__proto__` twice", r#""__proto__":{},"__proto__":{"admin":true}"#),
    ]
    .map(|(name, member)| {
        let token = forge.good().payload_bytes(last(member)).token();
        Attack::token(name, "first or last counts, by parser", &token, "claims_malformed")
    })
    .into()
}
