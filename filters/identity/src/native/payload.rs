//! The payload of a token in dynamic metadata, claim by claim.
//!
//! Each claim is asked for by itself: as a whole, a payload with a member that the proxy cannot say, such as
//! a `null`, could not be read at all.

use contract::{Connection, UnixTime};
use serde_json::Value;

use super::bytes;
use super::{ClaimType, NativeError};

/// Texts in one claim: those of `aud` are compared with each configured audience, and scopes with each that
/// a route asks for. As many as the token stage takes scopes.
const MAX_TEXTS: usize = 256;

/// Where the payload lies.
pub(super) struct Payload<'a> {
    pub(super) connection: &'a dyn Connection,
    pub(super) filter: &'a str,
    pub(super) key: &'a str,
}

impl Payload<'_> {
    /// Whether the other filter has left one, readable or not.
    pub(super) fn is_there(&self) -> bool {
        self.connection.metadata(&[self.filter, self.key]).is_some()
    }

    /// A claim as it is configured. What is absent, `null` or empty is nothing.
    pub(super) fn claim(&self, name: &str, kind: ClaimType) -> Result<Option<Value>, NativeError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let read = match kind {
            ClaimType::String => bytes::text(&value).map(Value::from),
            ClaimType::Long => bytes::long(&value).map(Value::from),
            ClaimType::Bool => bytes::boolean(&value).map(Value::from),
            ClaimType::Strings => bytes::texts(&value, MAX_TEXTS).map(Value::from),
        };
        read.map(Some).ok_or(NativeError::ClaimMalformed)
    }

    /// A text.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, NativeError> {
        let value = self.value(name);
        value.map(|value| bytes::text(&value).ok_or(NativeError::ClaimMalformed)).transpose()
    }

    /// One text or a list of texts (RFC 7519 §4.1.3), always as a list. The two cannot be taken for each
    /// other: a list begins with a count, of which the upper bytes are zero, and a text holds no zero.
    pub(super) fn text_or_texts(&self, name: &str) -> Result<Vec<String>, NativeError> {
        let Some(value) = self.value(name) else { return Ok(Vec::new()) };
        let one = bytes::text(&value).map(|text| vec![text]);
        one.or_else(|| bytes::texts(&value, MAX_TEXTS)).ok_or(NativeError::ClaimMalformed)
    }

    /// `scope`, one text with spaces (RFC 8693 §4.2) or the list that `jwt_authn` makes of it where
    /// `space_delimited_claims` says so, as Istio does.
    pub(super) fn scopes(&self) -> Result<Vec<String>, NativeError> {
        let texts = self.text_or_texts("scope")?;
        let scopes = texts.iter().flat_map(|text| text.split(' ')).filter(|scope| !scope.is_empty());
        let scopes: Vec<_> = scopes.take(MAX_TEXTS.saturating_add(1)).map(str::to_owned).collect();
        if scopes.len() > MAX_TEXTS { Err(NativeError::ClaimMalformed) } else { Ok(scopes) }
    }

    /// A time in seconds since the epoch, fractions dropped (RFC 7519 §2).
    pub(super) fn time(&self, name: &str) -> Result<Option<UnixTime>, NativeError> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let seconds = bytes::number(&value).map(Value::from);
        let time = seconds.and_then(|seconds| jose::numeric_date(&seconds).ok());
        time.map(Some).ok_or(NativeError::ClaimMalformed)
    }

    fn value(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.connection.metadata(&[self.filter, self.key, name]);
        value.filter(|value| !value.is_empty())
    }
}
