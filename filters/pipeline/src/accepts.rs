//! What a request brings, judged by what its route takes. What has to be read for that has come with the head;
//! the length of a body that does not announce it is counted while it passes.

use contract::{Accepts, Cause, Head, Refusal, SettledPath, StageName, is_one_name};

use crate::query;

/// What is wrong with what a request brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAccepted {
    /// Another media type than those that are listed, none, or one that can be read in two ways.
    ContentType,
    /// More bytes than the bound.
    TooLarge,
    /// A `Content-Length` that is no number, or more than one of them.
    LengthMalformed,
    /// Something about the query.
    Query(query::QueryError),
}

/// Judge the head of a request by `accepts`.
///
/// # Errors
/// With the refusal of the first bound that is not kept.
pub(crate) fn judge(accepts: &Accepts, head: &Head, path: &SettledPath) -> Result<(), Refusal> {
    check(accepts, head, path).map_err(Refusal::from)
}

fn check(accepts: &Accepts, head: &Head, path: &SettledPath) -> Result<(), NotAccepted> {
    let Accepts { content_types, body_bytes, query } = accepts;
    if let Some(names) = query {
        query::check(path.query().unwrap_or_default(), names).map_err(NotAccepted::Query)?;
    }
    if !head.has_body() {
        return Ok(());
    }
    if let Some(types) = content_types {
        check_content_type(types, head)?;
    }
    match (body_bytes, content_length(head)?) {
        (Some(most), Some(length)) if length > *most => Err(NotAccepted::TooLarge),
        (Some(_) | None, _) => Ok(()),
    }
}

/// The type as it is meant for one field: two fields may have been joined with a comma, and a comma in a
/// parameter stands between quotes, where two readers may disagree. Other spellings of the name count as
/// further fields.
fn check_content_type(types: &[String], head: &Head) -> Result<(), NotAccepted> {
    let mut values = head.fields().filter(|(name, _)| is_one_name(name, b"content-type"));
    let (Some((name, value)), None) = (values.next(), values.next()) else {
        return Err(NotAccepted::ContentType);
    };
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is_listed = types.iter().any(|listed| listed.as_bytes().eq_ignore_ascii_case(essence));
    match is_listed && !value.contains(&b',') && name.eq_ignore_ascii_case(b"content-type") {
        true => Ok(()),
        false => Err(NotAccepted::ContentType),
    }
}

/// `Content-Length` (RFC 9110 §8.6).
fn content_length(head: &Head) -> Result<Option<u64>, NotAccepted> {
    let field = head.single("content-length").map_err(|_| NotAccepted::LengthMalformed)?;
    let Some(value) = field else { return Ok(None) };
    let digits =
        std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    // More digits than a `u64` has are more bytes than any bound.
    match digits {
        Some("") | None => Err(NotAccepted::LengthMalformed),
        Some(digits) => Ok(Some(digits.parse().unwrap_or(u64::MAX))),
    }
}

impl NotAccepted {
    const fn reason(self) -> &'static str {
        match self {
            Self::ContentType => "content_type_not_accepted",
            Self::TooLarge => "content_too_large",
            Self::LengthMalformed => "content_length_malformed",
            Self::Query(error) => error.reason(),
        }
    }

    const fn cause(self) -> Cause {
        match self {
            Self::ContentType => Cause::ContentTypeUnsupported,
            Self::TooLarge => Cause::ContentTooLarge,
            Self::LengthMalformed | Self::Query(_) => Cause::RequestMalformed,
        }
    }
}

impl From<NotAccepted> for Refusal {
    fn from(error: NotAccepted) -> Self {
        Self::new(StageName::Route, error.cause(), error.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NotAccepted::*;

    fn judged(accepts: &Accepts, has_body: bool, fields: &[(&str, &str)]) -> Result<(), NotAccepted> {
        let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
        let head = Head::from_pairs(fields).unwrap().followed_by_body(has_body);
        check(accepts, &head, &SettledPath::settle(b"/a").unwrap())
    }

    #[test]
    fn a_body_has_one_of_the_listed_types() {
        let types = vec!["application/json".to_owned(), "text/plain".to_owned()];
        let accepts = Accepts { content_types: Some(types), ..Accepts::default() };
        for (fields, expected) in [
            (&[("content-type", "application/json")] as &[(&str, &str)], Ok(())),
            (&[("Content-Type", "Application/JSON ; charset=utf-8")], Ok(())),
            (&[("content-type", "text/plain")], Ok(())),
            (&[("content-type", "text/html")], Err(ContentType)),
            (&[("content-type", "application/jsonp")], Err(ContentType)),
            (&[("content-type", "")], Err(ContentType)),
            (&[], Err(ContentType)),
            (&[("content-type", "application/json;a=b,text/html")], Err(ContentType)),
            (&[("content-type", "text/plain"), ("content-type", "text/plain")], Err(ContentType)),
            (&[("content-type", "text/plain"), ("Content_Type", "text/html")], Err(ContentType)),
            (&[("content_type", "text/plain")], Err(ContentType)),
        ] {
            assert_eq!(judged(&accepts, true, fields), expected, "{fields:?}");
            assert_eq!(judged(&accepts, false, fields), Ok(()), "without body: {fields:?}");
        }
    }

    #[test]
    fn a_length_that_is_announced_is_judged_at_once() {
        let accepts = Accepts { body_bytes: Some(10), ..Accepts::default() };
        for (fields, expected) in [
            (&[("content-length", "10")] as &[(&str, &str)], Ok(())),
            (&[], Ok(())),
            (&[("content-length", "0000000000000000000000000000000009")], Ok(())),
            (&[("content-length", "11")], Err(TooLarge)),
            (&[("content-length", "99999999999999999999999999")], Err(TooLarge)),
            (&[("content-length", "+9")], Err(LengthMalformed)),
            (&[("content-length", "9,9")], Err(LengthMalformed)),
            (&[("content-length", "")], Err(LengthMalformed)),
            (&[("content-length", "9"), ("content-length", "9")], Err(LengthMalformed)),
        ] {
            assert_eq!(judged(&accepts, true, fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn each_refusal_has_the_answer_of_its_kind() {
        for (error, cause, reason) in [
            (ContentType, Cause::ContentTypeUnsupported, "content_type_not_accepted"),
            (TooLarge, Cause::ContentTooLarge, "content_too_large"),
            (LengthMalformed, Cause::RequestMalformed, "content_length_malformed"),
            (Query(query::QueryError::Unknown), Cause::RequestMalformed, "query_parameter_unknown"),
        ] {
            let refusal = Refusal::from(error);
            assert_eq!((refusal.stage, refusal.cause, refusal.reason), (StageName::Route, cause, reason));
        }
    }
}
