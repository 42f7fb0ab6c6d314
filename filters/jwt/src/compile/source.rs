//! Where credentials stand.

use contract::{ConfigError, HeaderName};

use super::Fields;
use crate::raw::RawSource;
use crate::source::{MAX_SOURCES, Source};

/// Header fields that hold something else: their removal would break the request, and `txn-token` is the
/// internal token's, which another stage judges by rules of its own.
const NOT_FOR_CREDENTIALS: [&str; 9] = [
    "connection",
    "content-length",
    "cookie",
    "host",
    "keep-alive",
    "te",
    "transfer-encoding",
    "txn-token",
    "upgrade",
];

/// The places of tokens.
pub(super) fn of_tokens(
    raw: Option<Vec<RawSource>>,
    fields: Fields<'_>,
) -> Result<Vec<Source>, ConfigError> {
    let Some(raw) = raw else { return Ok(vec![Source::authorization()]) };
    if !(1..=MAX_SOURCES).contains(&raw.len()) {
        return Err(fields.error("sources", format!("must be 1 to {MAX_SOURCES}")));
    }
    let mut sources: Vec<Source> = Vec::new();
    for (index, raw) in raw.into_iter().enumerate() {
        let field = format!("sources[{index}]");
        let source = one(raw, &field, fields)?;
        if sources.iter().any(|other| other.overlaps(&source)) {
            return Err(fields.error(&field, "one credential could stand in two of the sources"));
        }
        sources.push(source);
    }
    Ok(sources)
}

/// One place.
pub(super) fn one(raw: RawSource, field: &str, fields: Fields<'_>) -> Result<Source, ConfigError> {
    let RawSource { header, scheme, cookie, query } = raw;
    let error = |message: &str| Err(fields.error(field, message));
    match (header, scheme, cookie, query) {
        (Some(name), scheme, None, None) => match HeaderName::new(&name.to_ascii_lowercase()) {
            Ok(name) if is_free(&name) && scheme.as_deref().is_none_or(is_token) => {
                Ok(Source::Header { name, scheme })
            }
            Ok(_) | Err(_) => error("no such header can hold a credential, or the scheme is no word"),
        },
        (None, None, Some(name), None) if is_token(&name) => Ok(Source::Cookie(name)),
        (None, None, None, Some(name)) if is_parameter(&name) => Ok(Source::Query(name)),
        (None, None, Some(_), None) => error("a cookie has a name that is a token (RFC 6265 §4.1.1)"),
        (None, None, None, Some(_)) => error("a parameter has a name of letters, digits and `-_.`"),
        _ => error("say exactly one of `header` (with or without `scheme`), `cookie` and `query`"),
    }
}

fn is_free(name: &HeaderName) -> bool {
    !name.as_str().starts_with(':') && !NOT_FOR_CREDENTIALS.contains(&name.as_str())
}

/// A token (RFC 9110 §5.6.2), as the names of schemes and cookies are.
fn is_token(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(good)
}

/// A name that every encoder of queries writes as it is (RFC 3986 §2.3).
fn is_parameter(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !text.is_empty() && text.bytes().all(good)
}
