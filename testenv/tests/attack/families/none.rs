//! `alg` that names no algorithm (RFC 8725 §2.1, §3.2).

use serde_json::json;

use crate::attack::Attack;
use crate::forge::Forge;

/// How `none` can be spelled.
fn spellings() -> impl Iterator<Item = String> {
    (0..1_u8 << 4).map(|upper| {
        let letter = |(place, letter): (usize, char)| match upper >> place & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        };
        "none".chars().enumerate().map(letter).collect()
    })
}

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let unsigned = |alg: &str| forge.good().header("alg", alg).signature([]).token();
    let mut attacks: Vec<_> = spellings()
        .map(|alg| {
            let what = "names no algorithm, has no signature";
            Attack::token(format!("`{alg}`"), what, &unsigned(&alg), "algorithm_unknown")
        })
        .collect();
    for (name, alg) in [
        ("space after `none`", "none "),
        ("space before `none`", " none"),
        ("NUL after `none`", "none\0"),
        ("empty", ""),
        ("`null` as text", "null"),
        ("`None` of another alphabet", "n\u{43e}ne"),
    ] {
        attacks.push(Attack::token(name, "has no signature", &unsigned(alg), "algorithm_unknown"));
    }
    let none = || forge.good().header("alg", "none");
    let escaped = forge
        .good()
        .header("alg", "none")
        .header_bytes(|text| text.replace("none", r"n\u006fne").into_bytes())
        .signature([]);
    let malformed = |value| forge.good().header("alg", value).signature([]).token();
    attacks.extend([
        Attack::token(
            "`none`, signed",
            "has a good signature all the same",
            &none().token(),
            "algorithm_unknown",
        ),
        Attack::token(
            "`none`, garbage",
            "has a signature of zeros",
            &none().signature([0; 64]).token(),
            "algorithm_unknown",
        ),
        Attack::token(
            "`none`, no `kid`",
            "names no key either",
            &none().without_header("kid").signature([]).token(),
            "algorithm_unknown",
        ),
        Attack::token("`none`, escaped", "spells it `n\\u006fne`", &escaped.token(), "algorithm_unknown"),
        Attack::token(
            "absent",
            "has no `alg`, no signature",
            &forge.good().without_header("alg").signature([]).token(),
            "token_header_malformed",
        ),
        Attack::token("null", "`alg` is null", &malformed(json!(null)), "token_header_malformed"),
        Attack::token("false", "`alg` is false", &malformed(json!(false)), "token_header_malformed"),
        Attack::token("number", "`alg` is 0", &malformed(json!(0)), "token_header_malformed"),
        Attack::token(
            "array",
            "`alg` is `[\"none\"]`",
            &malformed(json!(["none"])),
            "token_header_malformed",
        ),
        Attack::token(
            "choice",
            "`alg` is `[\"ES256\", \"none\"]`",
            &malformed(json!(["ES256", "none"])),
            "token_header_malformed",
        ),
    ]);
    attacks
}
