//! base64url with one spelling per value (RFC 7515 §2): a second spelling makes a second token of one, and
//! parsers that skip what they do not know can be shown different tokens.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use crate::attack::{Attack, explained};
use crate::draft::{Draft, encode};
use crate::forge::Forge;

/// The alphabet of base64url (RFC 4648 §5).
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The place of a part in a token.
const PARTS: [&str; 3] = ["header", "payload", "signature"];

/// A token of which a part is spelled otherwise. Header and payload are signed in that spelling.
fn respelled(draft: &Draft<'_>, part: usize, respell: impl Fn(&str) -> String) -> String {
    let [mut header, mut payload] = draft.encoded();
    match part {
        0 => header = respell(&header),
        1 => payload = respell(&payload),
        _ => {}
    }
    let token = draft.seal(&header, &payload);
    match part {
        2 => {
            let (input, signature) = token.rsplit_once('.').expect("it has parts");
            format!("{input}.{}", respell(signature))
        }
        _ => token,
    }
}

/// A draft whose header and payload end with unused bits, as its signature of 64 bytes does.
fn ragged<'a>(forge: &Forge<'a>) -> Draft<'a> {
    let spaced = |text: &str| {
        let spaces = (4 - text.len() % 3) % 3;
        [text.as_bytes(), &b"  "[..spaces]].concat()
    };
    forge.good().header_bytes(spaced).payload_bytes(spaced)
}

/// With the lowest of the unused bits set.
fn with_unused_bit(part: &str) -> String {
    let (last, rest) = part.as_bytes().split_last().expect("it is not empty");
    let value = ALPHABET.iter().position(|letter| letter == last).expect("it is base64url");
    assert_eq!(value & 1, 0, "the bit is unused");
    let respelled = [rest, &ALPHABET[value + 1..value + 2]].concat();
    String::from_utf8(respelled).expect("it is ASCII")
}

fn inserted(part: &str, what: &str) -> String {
    let (left, right) = part.split_at(part.len() / 2);
    format!("{left}{what}{right}")
}

const DIFFERENCES: [(&str, &str); 5] = [
    ("padded", "takes padding: a second token of one"),
    ("padding in", "takes padding: a second token of one"),
    ("unused bit in", "ignores the bits: a second token of one"),
    ("space in", "skips it: a second token of one"),
    ("tab in", "skips it: a second token of one"),
];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for (place, part) in PARTS.into_iter().enumerate() {
        let mut add = |name: &str, what, token: String, reason| {
            attacks.push(Attack::token(format!("{name} in {part}"), what, &token, reason));
        };
        let draft = ragged(forge);
        add(
            "padding",
            "`==` behind it",
            respelled(&draft, place, |part| format!("{part}==")),
            "credential_malformed",
        );
        add(
            "unused bit",
            "the last letter has a bit more",
            respelled(&draft, place, with_unused_bit),
            "token_not_base64url",
        );
        add(
            "single letter",
            "a length that no bytes have",
            respelled(&draft, place, |part| format!("{part}AAA")),
            "token_not_base64url",
        );
        for (name, what, letters, reason) in [
            ("plus", "a letter of the other alphabet", "+A+A", "credential_malformed"),
            ("slash", "a letter of the other alphabet", "//AA", "credential_malformed"),
            ("percent", "percent-encoded", "%41", "credential_malformed"),
            ("space", "skipped by some", " ", "credential_malformed"),
            ("tab", "skipped by some", "\t", "credential_malformed"),
            ("colon", "skipped by some", ":", "credential_malformed"),
        ] {
            add(name, what, respelled(&draft, place, |part| inserted(part, letters)), reason);
        }
    }
    attacks.extend(whole(forge));
    explained(attacks, &DIFFERENCES)
}

/// Other spellings of a whole token.
fn whole(forge: &Forge<'_>) -> Vec<Attack> {
    let token = forge.good().token();
    let [header, payload, signature] = ragged(forge).parts();
    let decoded = [&header, &payload].map(|part| crate::draft::decode(part));
    let standard = decoded.clone().map(|bytes| STANDARD.encode(bytes));
    let unpadded = decoded.clone().map(|bytes| STANDARD_NO_PAD.encode(bytes));
    let padded = decoded.map(|bytes| URL_SAFE.encode(bytes));
    let draft = ragged(forge);
    vec![
        Attack::token(
            "padded, all parts",
            "signed as it is spelled",
            &format!("{}==", draft.seal(&padded[0], &padded[1])),
            "credential_malformed",
        ),
        Attack::token(
            "padded, other alphabet",
            "signed as it is spelled",
            &draft.seal(&standard[0], &standard[1]),
            "credential_malformed",
        ),
        Attack::token(
            "other alphabet where it differs",
            "`?` and `~` make it differ",
            &{
                let draft = forge.good().claim("note", "???~~~>>>");
                let [header, payload] = draft.encoded();
                let payload = payload.replace('-', "+").replace('_', "/");
                assert!(payload.contains(['+', '/']), "it differs");
                draft.seal(&header, &payload)
            },
            "credential_malformed",
        ),
        Attack::token(
            "encoded twice",
            "base64url of base64url",
            &draft.seal(&encode(&unpadded[0]), &encode(&unpadded[1])),
            "token_header_malformed",
        ),
        Attack::token("dots encoded", "`%2E` for `.`", &token.replace('.', "%2E"), "credential_malformed"),
        Attack::token(
            "not encoded",
            "the header in plain JSON",
            &format!(r#"{{"alg":"ES256"}}.{payload}.{signature}"#),
            "credential_malformed",
        ),
    ]
}
