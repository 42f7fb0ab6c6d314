//! The one credential of a request, wherever it stands (RFC 6750 §2).

pub(crate) mod cookie;
mod header;
pub(crate) mod query;

use std::rc::Rc;

use contract::{Edits, Forward, Head, HeaderName, HeaderValue, Request, SettledPath};

use crate::TokenError;
use crate::api_keys::ApiKeys;
use crate::source::Source;

/// Responses to a request whose URI held a credential are for that client alone (RFC 6750 §2.3), and since
/// this replaces what the service says of its response, it is no weaker than any of that.
const CACHE_CONTROL: HeaderName = HeaderName::from_static("cache-control");

/// All places that a route looks at, each once.
pub(crate) struct Places(Vec<Place>);

/// One place with what is looked for there. Only a header field can hold one of several, by its scheme.
pub(crate) struct Place {
    at: At,
    offers: Vec<Offer>,
}

/// Where it is.
enum At {
    Header(HeaderName),
    Cookie(String),
    Query(String),
}

/// One kind of credential that a place may hold.
struct Offer {
    scheme: Option<String>,
    purpose: Purpose,
}

/// What a credential is taken for.
#[derive(Clone)]
pub(crate) enum Purpose {
    /// A token of any of the route's providers.
    Token,
    /// A key of this set.
    ApiKey(Rc<ApiKeys>),
}

/// A credential. Nothing is known of it but where it stands and of which characters it is.
pub(crate) struct Found<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) purpose: &'a Purpose,
    place: &'a Place,
}

impl Places {
    /// The places of `sources`, no two of which overlap.
    pub(crate) fn new(sources: impl IntoIterator<Item = (Source, Purpose)>) -> Self {
        let mut places: Vec<Place> = Vec::new();
        for (source, purpose) in sources {
            let (at, scheme) = match source {
                Source::Header { name, scheme } => (At::Header(name), scheme),
                Source::Cookie(name) => (At::Cookie(name), None),
                Source::Query(name) => (At::Query(name), None),
            };
            let offer = Offer { scheme, purpose };
            match places.iter_mut().find(|place| place.at.is_same_header(&at)) {
                Some(place) => place.offers.push(offer),
                None => places.push(Place { at, offers: vec![offer] }),
            }
        }
        Self(places)
    }

    /// The credential of a request, or nothing when it has none.
    ///
    /// # Errors
    /// When there are several, or one that cannot be what is looked for: a client that sends a credential
    /// means to be judged by it.
    pub(crate) fn find<'a>(
        &'a self,
        head: &'a Head,
        path: &'a SettledPath,
    ) -> Result<Option<Found<'a>>, TokenError> {
        let mut only = None;
        for place in &self.0 {
            let Some(value) = place.at.single(head, path)? else { continue };
            if only.replace((place, value)).is_some() {
                return Err(TokenError::CredentialDuplicated);
            }
        }
        only.map(|(place, value)| place.read(value)).transpose()
    }
}

impl Place {
    fn read<'a>(&'a self, value: &'a [u8]) -> Result<Found<'a>, TokenError> {
        let (offer, bytes) = match &self.at {
            At::Header(_) => header::read(&self.offers, value)?,
            At::Cookie(_) | At::Query(_) => {
                let offer = self.offers.first().ok_or(TokenError::CredentialMalformed)?;
                (offer, value)
            }
        };
        if bytes.is_empty() || !bytes.iter().all(is_credential_byte) {
            return Err(offer.purpose.malformed());
        }
        Ok(Found { bytes, purpose: &offer.purpose, place: self })
    }
}

impl At {
    fn is_same_header(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Header(name), Self::Header(other)) if name == other)
    }

    /// What stands there.
    fn single<'a>(&self, head: &'a Head, path: &'a SettledPath) -> Result<Option<&'a [u8]>, TokenError> {
        match self {
            Self::Header(name) => header::single(head, name.as_str()),
            Self::Cookie(name) => cookie::single(head, name),
            Self::Query(name) => query::single(path, name),
        }
    }
}

impl Purpose {
    const fn malformed(&self) -> TokenError {
        match self {
            Self::Token => TokenError::CredentialMalformed,
            Self::ApiKey(_) => TokenError::ApiKeyMalformed,
        }
    }
}

impl Found<'_> {
    /// Take the credential out of the request, unless the service behind is to see it. A query is never
    /// forwarded with it: services write it to their logs (RFC 6750 §5.3).
    ///
    /// # Errors
    /// When what stands beside it cannot be kept as it is.
    pub(crate) fn remove(
        &self,
        request: &Request<'_>,
        forward: bool,
        verdict: &mut Forward,
    ) -> Result<(), TokenError> {
        match &self.place.at {
            At::Query(name) => {
                let path = HeaderValue::new(query::without(request.path, name));
                let path = path.map_err(|_| TokenError::CredentialNotRemovable)?;
                verdict.request.set(HeaderName::from_static(":path"), path);
                verdict.response.set(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            }
            At::Header(_) | At::Cookie(_) if forward => {}
            At::Header(name) => verdict.request.remove(name.as_str()),
            At::Cookie(name) => cut_cookie(&mut verdict.request, request.head, name)?,
        }
        Ok(())
    }
}

fn cut_cookie(edits: &mut Edits, head: &Head, name: &str) -> Result<(), TokenError> {
    let left = cookie::without(head, name);
    let left = left.map(String::from_utf8).transpose().map_err(|_| TokenError::CredentialNotRemovable)?;
    let left = left.map(HeaderValue::new).transpose().map_err(|_| TokenError::CredentialNotRemovable)?;
    edits.set_or_remove(HeaderName::from_static("cookie"), left);
    Ok(())
}

/// base64url and the dots between: a comma or a space would be a second credential to somebody else.
const fn is_credential_byte(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests;
