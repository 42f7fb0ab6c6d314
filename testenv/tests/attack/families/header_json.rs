//! Headers that two parsers read in two ways, or that one cannot bear (RFC 7515 §4, RFC 8725 §2.6).

use crate::attack::{Attack, explained};
use crate::families::payload_json::{nested, utf16};
use crate::forge::Forge;

/// A member before the others, as it stands.
fn first(member: &str) -> impl Fn(&str) -> Vec<u8> + '_ {
    move |text| text.replacen('{', &format!("{{{member},"), 1).into_bytes()
}

/// A member after the others, as it stands.
fn last(member: &str) -> impl Fn(&str) -> Vec<u8> + '_ {
    move |text| format!("{},{member}}}", &text[..text.len() - 1]).into_bytes()
}

const DIFFERENCES: [(&str, &str); 3] = [
    ("comma behind", "its parser takes more than JSON"),
    ("single quotes", "its parser takes more than JSON"),
    ("depth 65", "has a bound too, a higher one"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = |edit: &dyn Fn(&str) -> Vec<u8>| forge.good().header_bytes(edit).token();
    let is = |text: &'static str| move |_: &str| text.as_bytes().to_vec();
    let attacks = [
        ("`alg` twice, `none` first", "the last one counts for some", token(&first(r#""alg":"none""#))),
        ("`alg` twice, `none` last", "the first one counts for some", token(&last(r#""alg":"none""#))),
        ("`alg` twice, the same", "twice is once too often", token(&last(r#""alg":"ES256""#))),
        ("`alg` twice, escaped", "`\\u0061lg` is `alg` too", token(&last(r#""\u0061lg":"none""#))),
        ("`kid` twice", "two keys", token(&last(r#""kid":"rsa-1""#))),
        ("`typ` twice", "two kinds", token(&first(r#""typ":"dpop+jwt""#))),
        ("twice inside", "twice in an object below", token(&last(r#""x":{"a":1,"a":2}"#))),
        ("twice, unknown", "a member that nobody reads, twice", token(&last(r#""x":1,"x":2"#))),
        ("another object behind", "`{}{}`", token(&|text| format!("{text}{text}").into_bytes())),
        ("text behind", "`{}x`", token(&|text| format!("{text}x").into_bytes())),
        (
            "NUL behind",
            "ends early where texts end at NUL",
            token(&|text| format!("{text}\0").into_bytes()),
        ),
        ("comma behind the last", "`{\"a\":1,}`", token(&|text| text.replace('}', ",}").into_bytes())),
        ("single quotes", "no JSON", token(&|text| text.replace('"', "'").into_bytes())),
        ("comment", "no JSON", token(&first("/**/\"x\":1"))),
        ("NaN", "no JSON", token(&last(r#""x":NaN"#))),
        ("number too large", "`1e400`", token(&last(r#""x":1e400"#))),
        ("byte order mark", "U+FEFF before it", token(&|text| format!("\u{feff}{text}").into_bytes())),
        (
            "no UTF-8",
            "a byte 0xFF in a text",
            token(&|text| {
                let text = text.as_bytes();
                [&text[..text.len() - 1], b",\"x\":\"\xff\"}"].concat()
            }),
        ),
        ("lone surrogate", "`\\ud800`", token(&last(r#""x":"\ud800""#))),
        ("UTF-16", "another encoding", token(&|text| utf16(text))),
        ("depth 65", "one deeper than the bound", token(&last(&format!(r#""x":{}"#, nested(64))))),
        ("depth 2000", "deep enough to end a stack", token(&last(&format!(r#""x":{}"#, nested(1999))))),
        ("array", "`[…]`", token(&|text| format!("[{text}]").into_bytes())),
        ("text", "a JSON text", token(&is(r#""ES256""#))),
        ("null", "`null`", token(&is("null"))),
        ("no member", "`{}`", token(&is("{}"))),
        ("no JSON", "words", token(&is("alg=ES256"))),
        ("cut off", "its last byte is missing", token(&|text| text.as_bytes()[..text.len() - 1].to_vec())),
    ]
    .map(|(name, what, token)| Attack::token(name, what, &token, "token_header_malformed"));
    explained(attacks.into(), &DIFFERENCES)
}
