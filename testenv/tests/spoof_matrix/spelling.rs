//! The ways in which one name can be written and filled.

use testenv::Field;

/// What every forged value holds, so that no value of the proxies' own is taken for one.
pub const FORGED: &str = "forged";

/// Bytes of a long value: many, and below what Envoy takes of a head.
const LONG: usize = 8_000;

/// A way to write a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    Lower,
    Upper,
    Title,
    Underscores,
    OneUnderscore,
    Dots,
    Tildes,
    Twice,
    TwoSpellings,
    EmptyValue,
    LongValue,
    NotUtf8,
    Spaces,
}

impl Spelling {
    pub const ALL: [Self; 13] = [
        Self::Lower,
        Self::Upper,
        Self::Title,
        Self::Underscores,
        Self::OneUnderscore,
        Self::Dots,
        Self::Tildes,
        Self::Twice,
        Self::TwoSpellings,
        Self::EmptyValue,
        Self::LongValue,
        Self::NotUtf8,
        Self::Spaces,
    ];

    /// Whether it can be said in HTTP/2, whose names are in lower case (RFC 9113 §8.2).
    pub const fn is_of_http2(self) -> bool {
        !matches!(self, Self::Upper | Self::Title)
    }

    /// `name` written so. Nothing when that is no other way than the first.
    pub fn fields(self, name: &str) -> Vec<Field> {
        let replaced = |with: &str| name.replace('-', with);
        let (names, value) = match self {
            Self::Lower => (vec![name.to_owned()], FORGED.into()),
            Self::Upper => (vec![name.to_ascii_uppercase()], FORGED.into()),
            Self::Title => (vec![title(name)], FORGED.into()),
            Self::Underscores => (vec![replaced("_")], FORGED.into()),
            Self::OneUnderscore => (vec![name.replacen('-', "_", 1)], FORGED.into()),
            Self::Dots => (vec![replaced(".")], FORGED.into()),
            Self::Tildes => (vec![replaced("~")], FORGED.into()),
            Self::Twice => (vec![name.to_owned(), name.to_owned()], FORGED.into()),
            Self::TwoSpellings => (vec![name.to_owned(), replaced("_")], FORGED.into()),
            Self::EmptyValue => (vec![name.to_owned()], Vec::new()),
            Self::LongValue => (vec![name.to_owned()], FORGED.repeat(LONG / FORGED.len()).into()),
            Self::NotUtf8 => (vec![name.to_owned()], [FORGED.as_bytes(), b"\xff\xfe"].concat()),
            Self::Spaces => (vec![name.to_owned()], format!("  {FORGED}  {FORGED}").into()),
        };
        let changes_name = !name.contains('-')
            && matches!(self, Self::Underscores | Self::OneUnderscore | Self::Dots | Self::Tildes);
        if changes_name {
            return Vec::new();
        }
        names.into_iter().map(|name| (name.into_bytes(), Vec::clone(&value))).collect()
    }
}

fn title(name: &str) -> String {
    let parts = name.split('-').map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    parts.collect::<Vec<_>>().join("-")
}
