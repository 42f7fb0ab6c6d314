//! Positive controls: good tokens, and odd ones that the standards allow. Whoever refuses everything passes
//! all attacks.

use serde_json::json;
use testenv::issuer::Algorithm;

use crate::attack::{Attack, Expected, bearer, explained};
use crate::forge::{AUDIENCE, Forge, ISSUER, by};
use crate::numbers::{P256_ORDER, minus};

const CASE: &str = "compares the scheme byte for byte";
const DIFFERENCES: [(&str, &str); 4] =
    [("`Ed25519`", "does not know the name"), ("`bearer`", CASE), ("`BEARER`", CASE), ("`bEaReR`", CASE)];

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let parts = [algorithms(forge), forms(forge), headers(forge), claims(forge)];
    explained(parts.into_iter().flatten().collect(), &DIFFERENCES)
}

fn algorithms(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let (name, draft) = (algorithm.name(), forge.good_by(algorithm));
        attacks.push(Attack::control(name, "an access token", &draft.token()));
        let without = draft.without_header("kid").token();
        attacks.push(Attack::control(
            format!("{name}, no `kid`"),
            "the only key of its algorithm",
            &without,
        ));
    }
    for key in [&forge.partner.rsa, &forge.partner.ec, &forge.partner.ed] {
        let name = format!("generic, `{}`", key.id());
        attacks.push(Attack::control(name, "a token of the partner", &forge.generic_by(key).token()));
    }
    let ed25519 = forge.good_by(Algorithm::EdDsa).header("alg", "Ed25519").token();
    attacks.push(Attack::control("`Ed25519`", "the newer name of EdDSA (RFC 9864)", &ed25519));
    let key = forge.own.key(Algorithm::Es256);
    let other_s = forge.good().signed(move |input| {
        let signature = by(key)(input);
        let s = signature[32..].try_into().expect("it has 64 bytes");
        [&signature[..32], &minus(P256_ORDER, s)].concat()
    });
    attacks.push(Attack::control(
        "r, n - s",
        "ECDSA has two signatures, JOSE takes both",
        &other_s.token(),
    ));
    attacks
}

fn forms(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for scheme in ["bearer", "BEARER", "bEaReR"] {
        let value = format!("{scheme} {}", forge.good().token()).into_bytes();
        let fields = vec![("authorization", value)];
        let what = "schemes have no case (RFC 9110 §11.1)";
        attacks.push(Attack::fields(format!("`{scheme}`"), what, fields, Expected::Forwarded));
    }
    let fields = |name, value: String| vec![(name, value.into_bytes())];
    let token = forge.good().token();
    let upper = fields("AUTHORIZATION", format!("Bearer {token}"));
    attacks.push(Attack::fields("`AUTHORIZATION`", "names have no case", upper, Expected::Forwarded));
    let spaces = fields("authorization", format!("  Bearer {token}\t "));
    let what = "no part of the value (RFC 9110 §5.5)";
    attacks.push(Attack::fields("spaces around the value", what, spaces, Expected::Forwarded));
    for (name, fields) in [
        ("empty field behind", vec![("authorization", bearer(&token)), ("authorization", Vec::new())]),
        ("empty field before", vec![("authorization", Vec::new()), ("authorization", bearer(&token))]),
    ] {
        let what = "Envoy drops it: nobody behind sees two";
        attacks.push(Attack::fields(name, what, fields, Expected::Forwarded));
    }
    let carriage_return =
        vec![("authorization", format!("Bearer {}\r{}", &token[..40], &token[40..]).into_bytes())];
    let what = "Envoy drops it: nobody behind sees it";
    attacks.push(Attack::fields("CR in the token", what, carriage_return, Expected::Forwarded));
    let large = forge.good().claim("padding", "a".repeat(11_000)).token();
    attacks.push(Attack::control("15 KB", "a token below the bound", &large));
    attacks
}

fn headers(forge: &Forge<'_>) -> Vec<Attack> {
    let mut attacks = Vec::new();
    for typ in ["AT+JWT", "application/at+jwt", "Application/AT+JWT"] {
        let token = forge.good().header("typ", typ).token();
        attacks.push(Attack::control(format!("`{typ}`"), "media types have no case", &token));
    }
    for typ in ["jwt", "application/jwt"] {
        let token = forge.generic().header("typ", typ).token();
        attacks.push(Attack::control(format!("generic, `{typ}`"), "any JWT", &token));
    }
    let untyped = forge.generic().without_header("typ").token();
    attacks.push(Attack::control("generic, no `typ`", "any JWT", &untyped));
    let trap = format!("http://{}/jwks", forge.trap());
    for (name, what, token) in [
        (
            "unknown member",
            "must be ignored (RFC 7515 §4)",
            forge.good().header("x", json!({ "a": [1] })).token(),
        ),
        ("`jku`", "ignored, and not fetched", forge.good().header("jku", trap).token()),
        ("`zip`", "means nothing in a JWS", forge.good().header("zip", "DEF").token()),
        ("`cty`", "means nothing here", forge.good().header("cty", "at+jwt").token()),
        (
            "spaces in the header",
            "JSON has spaces",
            forge.good().header_bytes(|text| format!(" \n\t{text}\r\n").into_bytes()).token(),
        ),
        (
            "escaped `alg`",
            "`\\u0061lg` is `alg`",
            forge.good().header_bytes(|text| text.replace("alg", r"\u0061lg").into_bytes()).token(),
        ),
    ] {
        attacks.push(Attack::control(name, what, &token));
    }
    attacks
}

fn claims(forge: &Forge<'_>) -> Vec<Attack> {
    let now = forge.now;
    let deep = format!("{}{}", "[".repeat(62), "]".repeat(62));
    let many: Vec<_> = (1..64).map(|number| format!("api-{number}")).chain([AUDIENCE.to_owned()]).collect();
    let exponent = |text: &str| text.replace(&(now + 600).to_string(), "4.1e9").into_bytes();
    [
        ("`exp` with a fraction", "(RFC 7519 §2)", forge.good().claim("exp", (now + 600) as f64 + 0.5)),
        ("`exp` with an exponent", "`4.1e9`", forge.good().payload_bytes(exponent)),
        ("`exp` in 9999", "the last second that is taken", forge.good().claim("exp", 253_402_300_799_i64)),
        ("`nbf` in 50 seconds", "inside of the leeway", forge.good().claim("nbf", now + 50)),
        ("`nbf` now", "the first second", forge.good().claim("nbf", now)),
        ("`iat` in 50 seconds", "inside of the leeway", forge.good().claim("iat", now + 50)),
        ("`iat` with a fraction", "(RFC 7519 §2)", forge.good().claim("iat", now as f64 - 0.5)),
        ("`iat` 0", "there is no greatest age", forge.good().claim("iat", 0)),
        ("`aud` in an array", "of one", forge.good().claim("aud", json!([AUDIENCE]))),
        ("`aud` among others", "the last of 64", forge.good().claim("aud", many)),
        ("`sub` of 1024 bytes", "the longest", forge.good().claim("sub", "a".repeat(1024))),
        ("`sub` with `@` and spaces", "any text", forge.good().claim("sub", "Alice A <alice@shop.test>")),
        ("`sub` not in ASCII", "any text", forge.good().claim("sub", "zo\u{eb} \u{1f511}")),
        (
            "claims that nobody knows",
            "must be ignored",
            forge.good().claim("x", json!({ "a": [null, 1.5] })),
        ),
        ("no `scope`", "grants nothing, asks for nothing", forge.good().without("scope")),
        (
            "same names in two objects",
            "not twice in one",
            forge.good().claim("x", json!([{ "a": 1 }, { "a": 1 }])),
        ),
        (
            "depth 63",
            "below the bound",
            forge
                .good()
                .payload_bytes(|text| text.replacen('{', &format!("{{\"x\":{deep},"), 1).into_bytes()),
        ),
        (
            "escaped `sub`",
            "`s\\u0075b` is `sub`",
            forge.good().payload_bytes(|text| text.replace("\"sub\"", r#""s\u0075b""#).into_bytes()),
        ),
        (
            "escaped issuer",
            "`\\/` is `/`",
            forge.good().payload_bytes(|text| text.replace(ISSUER, r"https:\/\/issuer.test").into_bytes()),
        ),
        (
            "spaces in the payload",
            "JSON has spaces",
            forge.good().payload_bytes(|text| format!("\n {text}\t\n").into_bytes()),
        ),
    ]
    .map(|(name, what, draft)| Attack::control(name, what, &draft.token()))
    .into()
}
