//! Where and in which form the credential is sent (RFC 6750 §2, RFC 9110 §11.4): one, in one field, in one
//! spelling. Two are refused, for whoever picks one may pick another than the service behind.

use crate::attack::{Attack, Expected, ambiguous, bearer, explained, missing, other_scheme, refused};
use crate::draft::encode;
use crate::forge::Forge;

const ODD_BYTE: &str = "reads it as a part of the signature, and drops the odd byte";
const TWO: &str = "reads the fields, joined by Envoy, as one token";
const DIFFERENCES: [(&str, &str); 16] = [
    ("Basic first", "looks for `Bearer` anywhere in the field: picks one of two credentials"),
    ("joined, Basic", "looks for `Bearer` anywhere in the field: picks one of two credentials"),
    ("two fields", TWO),
    ("good and bad", TWO),
    ("bad and good", TWO),
    ("with Basic", TWO),
    ("five fields", TWO),
    ("two spellings", TWO),
    ("joined", TWO),
    ("comma behind", TWO),
    ("two spaces", "skips the second one"),
    ("space and tab", "skips the tab"),
    ("letter behind", ODD_BYTE),
    ("CR in it", ODD_BYTE),
    ("17 KB", "sets no bound on a token"),
    ("40 KB of claims", "sets no bound on a token"),
];

const AUTHORIZATION: &str = "authorization";

pub fn attacks(forge: &Forge<'_>) -> Vec<Attack> {
    let token = forge.good().token();
    let parts = [
        several(forge),
        other_places(&token),
        other_schemes(&token),
        other_forms(&token),
        too_large(forge),
    ];
    explained(parts.into_iter().flatten().collect(), &DIFFERENCES)
}

fn value(name: &str, what: &str, value: impl Into<Vec<u8>>, expected: Expected) -> Attack {
    Attack::fields(name, what, vec![(AUTHORIZATION, value.into())], expected)
}

/// More than one.
fn several(forge: &Forge<'_>) -> Vec<Attack> {
    let (token, other) = (forge.good().token(), forge.good().claim("sub", "bob").token());
    let fields = |values: &[Vec<u8>]| values.iter().map(|value| (AUTHORIZATION, value.clone())).collect();
    let basic = b"Basic YWxpY2U6YWxpY2U=".to_vec();
    let several = |name: &str, what: &str, values: &[Vec<u8>]| {
        Attack::fields(name, what, fields(values), ambiguous())
    };
    let joined = |name: &str, what: &str, text: String| value(name, what, text, ambiguous());
    vec![
        several("two fields", "two users", &[bearer(&token), bearer(&other)]),
        several("two fields, the same", "one user twice", &[bearer(&token), bearer(&token)]),
        several("good and bad", "a good one first", &[bearer(&token), bearer("a.b.c")]),
        several("bad and good", "a good one last", &[bearer("a.b.c"), bearer(&token)]),
        several("with Basic", "a password beside", &[bearer(&token), basic.clone()]),
        several("Basic first", "a password before", &[basic, bearer(&token)]),
        several("five fields", "five times", &vec![bearer(&token); 5]),
        Attack::fields(
            "two spellings of the name",
            "`Authorization` and `AUTHORIZATION`",
            vec![("Authorization", bearer(&token)), ("AUTHORIZATION", bearer(&other))],
            ambiguous(),
        ),
        joined("joined", "two in one field, by a comma", format!("Bearer {token}, Bearer {other}")),
        joined("joined, one scheme", "two tokens, by a comma", format!("Bearer {token},{other}")),
        joined("joined, Basic", "a password before a comma", format!("Basic YWxpY2U=, Bearer {token}")),
        joined("comma behind", "an empty second one", format!("Bearer {token},")),
    ]
}

/// A good token where it is not looked for.
fn other_places(token: &str) -> Vec<Attack> {
    let mut attacks = vec![
        Attack::fields("none", "no credential", Vec::new(), missing()),
        Attack::query("query", "`access_token` in the query", format!("access_token={token}"), missing()),
        Attack::query("query, `token`", "`token` in the query", format!("token={token}"), missing()),
    ];
    for (field, value) in [
        ("cookie", format!("session={token}; access_token={token}")),
        ("x-access-token", token.to_owned()),
        ("x-authorization", format!("Bearer {token}")),
        ("proxy-authorization", format!("Bearer {token}")),
        ("x-forwarded-authorization", format!("Bearer {token}")),
        ("x-forwarded-access-token", token.to_owned()),
        ("x-jwt-assertion", token.to_owned()),
        ("sec-websocket-protocol", format!("bearer, {token}")),
        ("x-api-key", token.to_owned()),
    ] {
        let name = format!("`{field}`");
        attacks.push(Attack::fields(name, "another field", vec![(field, value.into_bytes())], missing()));
    }
    attacks
}

fn other_schemes(token: &str) -> Vec<Attack> {
    [
        ("Basic", "a password".to_owned(), "Basic YWxpY2U6YWxpY2U=".to_owned()),
        (
            "Basic with a token",
            "the token for a password".to_owned(),
            format!("Basic {}", encode(format!("x:{token}"))),
        ),
        ("DPoP", "bound to a key".to_owned(), format!("DPoP {token}")),
        ("no scheme", "the token alone".to_owned(), token.to_owned()),
        ("`Token`", "a scheme of others".to_owned(), format!("Token {token}")),
        ("`JWT`", "a scheme of others".to_owned(), format!("JWT {token}")),
        ("`Bearer:`", "a colon".to_owned(), format!("Bearer: {token}")),
        ("`Bearer=`", "an equals sign".to_owned(), format!("Bearer={token}")),
        ("`Bearers`", "a letter more".to_owned(), format!("Bearers {token}")),
        ("`Beare`", "a letter less".to_owned(), format!("Beare {token}")),
        ("tab", "a tab for the space".to_owned(), format!("Bearer\t{token}")),
        ("no space", "the token behind the scheme".to_owned(), format!("Bearer{token}")),
        ("non-breaking space", "U+00A0 for the space".to_owned(), format!("Bearer\u{a0}{token}")),
        ("other alphabet", "a Cyrillic letter".to_owned(), format!("B\u{435}arer {token}")),
        ("empty", "an empty field".to_owned(), String::new()),
    ]
    .map(|(name, what, text)| value(name, &what, text, other_scheme()))
    .into()
}

fn other_forms(token: &str) -> Vec<Attack> {
    let mut attacks: Vec<_> = [
        ("scheme alone", "no token", "Bearer".to_owned()),
        ("two spaces", "a space more", format!("Bearer  {token}")),
        ("space and tab", "a tab more", format!("Bearer \t{token}")),
        ("letter behind", "a letter behind a space", format!("Bearer {token} x")),
        ("word behind", "a word behind a space", format!("Bearer {token} word")),
        ("parameter behind", "`realm` behind", format!("Bearer {token} realm=\"shop\"")),
        ("semicolon behind", "`;` behind", format!("Bearer {token};")),
        ("scheme twice", "`Bearer Bearer`", format!("Bearer Bearer {token}")),
        ("in quotes", "`\"` around it", format!("Bearer \"{token}\"")),
        ("in angle brackets", "`<` and `>` around it", format!("Bearer <{token}>")),
        ("named", "`token=`", format!("Bearer token={token}")),
        ("byte above 127", "0xFF in the token", String::new()),
    ]
    .map(|(name, what, text)| match text.is_empty() {
        true => value(
            name,
            what,
            [b"Bearer ", token.as_bytes(), b"\xff"].concat(),
            refused("credential_malformed"),
        ),
        false => value(name, what, text, refused("credential_malformed")),
    })
    .into();
    let carriage_return = format!("Bearer {token}\rx");
    let what = "a CR, which Envoy drops, and a letter";
    attacks.push(value("CR in it", what, carriage_return, refused("token_not_base64url")));
    for (name, what, text) in [
        ("NUL behind", "a NUL in the field", format!("Bearer {token}\0")),
        ("newline in it", "a line of its own", format!("Bearer {}\n{}", &token[..40], &token[40..])),
    ] {
        attacks.push(value(name, what, text, Expected::RefusedByEnvoy(400)));
    }
    attacks
}

/// More bytes than a token has.
fn too_large(forge: &Forge<'_>) -> Vec<Attack> {
    let padded = |bytes: usize| forge.good().claim("padding", "a".repeat(bytes)).token();
    vec![
        Attack::token("17 KB", "a good token beyond the bound", &padded(12_300), "token_too_long"),
        Attack::token(
            "40 KB of claims",
            "a good token far beyond the bound",
            &padded(30_000),
            "token_too_long",
        ),
        Attack::token("40 KB of letters", "no token", &"a".repeat(40_000), "token_too_long"),
        value("70 KB", "more than Envoy takes", bearer(&padded(52_000)), Expected::RefusedByEnvoy(431)),
    ]
}
