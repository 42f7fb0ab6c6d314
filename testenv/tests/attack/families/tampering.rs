//! A good token, changed after it was signed.

use testenv::issuer::Algorithm;

use crate::attack::Attack;
use crate::draft::{decode, encode};
use crate::forge::{Forge, by};

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let [header, payload, signature] = forge.good_by(algorithm).parts();
        let admin = replaced(&payload, r#""sub":"alice""#, r#""sub":"admin""#);
        let later = replaced(&payload, r#""level":1"#, r#""level":2"#);
        let [_, _, other] = forge.good_by(algorithm).claim("sub", "bob").parts();
        let typ = replaced(&header, "at+jwt", "AT+JWT");
        let foreign = forge.good_by(algorithm).signed(by(forge.foreign(algorithm))).token();
        for (name, what, token) in [
            ("header", "`typ` in another spelling", format!("{typ}.{payload}.{signature}")),
            ("subject", "`sub` is `admin`", format!("{header}.{admin}.{signature}")),
            ("level", "another claim", format!("{header}.{later}.{signature}")),
            (
                "first bit of signature",
                "one bit",
                format!("{header}.{payload}.{}", flipped(&signature, false)),
            ),
            (
                "last bit of signature",
                "one bit",
                format!("{header}.{payload}.{}", flipped(&signature, true)),
            ),
            (
                "signature of another",
                "the signature of another token",
                format!("{header}.{payload}.{other}"),
            ),
            ("half a signature", "cut off", format!("{header}.{payload}.{}", half(&signature))),
            ("foreign key", "signed with the attacker's key under the issuer's `kid`", foreign),
        ] {
            let name = format!("{name}, {}", algorithm.name());
            attacks.push(Attack::token(name, what, &token, "signature_invalid"));
        }
    }
    let [_, payload, signature] = forge.good_by(Algorithm::Es256).parts();
    let [header, ..] = forge.good_by(Algorithm::EdDsa).parts();
    let mixed = format!("{header}.{payload}.{signature}");
    attacks.push(Attack::token(
        "header of another",
        "EdDSA's header, ES256's rest",
        &mixed,
        "signature_invalid",
    ));
    attacks
}

fn replaced(part: &str, from: &str, to: &str) -> String {
    let text = String::from_utf8(decode(part)).expect("it is JSON");
    assert!(text.contains(from), "`{from}` is not in `{text}`");
    encode(text.replace(from, to))
}

fn flipped(signature: &str, last: bool) -> String {
    let mut bytes = decode(signature);
    let place = if last { bytes.len() - 1 } else { 0 };
    bytes[place] ^= 1;
    encode(bytes)
}

fn half(signature: &str) -> String {
    let bytes = decode(signature);
    encode(&bytes[..bytes.len() / 2])
}
