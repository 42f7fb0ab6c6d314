//! Where a member of the context comes from.

use std::borrow::Cow;

use contract::{normal_host, query_parameters};

use super::Facts;
use super::token::TokenFact;
use crate::claim::ClaimPath;
use crate::engine::{Extension, ExtensionKind, Shape, Value};
use crate::facts::{Split, datetime, from_json, from_text};

/// Where a value comes from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    Method,
    Host,
    Path,
    Route,
    /// The SPIFFE ID of the calling workload.
    Caller,
    ClientAddress,
    Time,
    Parameter(String),
    Header(String),
    Query(String),
    Claim(ClaimPath),
    TlsVersion,
    TlsServerName,
    TlsMutual,
    Token(TokenFact),
}

/// What all members of a record belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Parameters,
    Tls,
    Token,
}

/// What was found at a source.
pub(super) enum Found<'a> {
    Value(Value<'a>),
    /// Nothing is there.
    Nothing,
    /// Something is there that is no value of the declared type, or that is there more than once.
    Unfit,
}

impl Group {
    pub(super) fn is_there(self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Parameters => true,
            Self::Tls => facts.tls().is_some(),
            Self::Token => facts.request.identity.is_some(),
        }
    }
}

impl Source {
    pub(super) const fn changes_with_time(&self) -> bool {
        match self {
            Self::Time => true,
            Self::Token(fact) => fact.changes_with_time(),
            Self::Method
            | Self::Host
            | Self::Path
            | Self::Route
            | Self::Caller
            | Self::ClientAddress
            | Self::Parameter(_)
            | Self::Header(_)
            | Self::Query(_)
            | Self::Claim(_)
            | Self::TlsVersion
            | Self::TlsServerName
            | Self::TlsMutual => false,
        }
    }

    /// The value at this source, as one of `shape`.
    pub(super) fn value<'a>(&'a self, shape: &'a Shape, facts: &Facts<'a>) -> Found<'a> {
        let Facts { request, env, caller, .. } = facts;
        match self {
            Self::Method => bytes(shape, request.head.method()),
            Self::Host => match request.head.authority() {
                None => Found::Nothing,
                Some(authority) => {
                    normal_host(authority).map_or(Found::Unfit, |host| owned(shape, Some(host)))
                }
            },
            Self::Path => text(shape, Some(request.path.path())),
            Self::Route => text(shape, Some(&request.route.route.name)),
            Self::Caller => text(shape, request.peer.map(|peer| peer.spiffe_id().as_str())),
            Self::ClientAddress => {
                // One of version 4 in the form of version 6 is still that host; Cedar does not read that form.
                let address = env.connection.source_address().map(|address| address.to_canonical());
                extension(address.map(|address| ExtensionKind::IpAddr.parse(&address.to_string())))
            }
            Self::Time => extension(Some(now(env.now))),
            Self::Parameter(name) => text(shape, request.route.parameter(name)),
            Self::Header(name) => header(shape, name, facts),
            Self::Query(name) => query(shape, name, facts),
            Self::Claim(path) => match caller.claim(path) {
                Some(json) => fitting(from_json(shape, json, Split::No)),
                None => Found::Nothing,
            },
            Self::TlsVersion => owned(shape, facts.tls().map(|tls| tls.version.clone())),
            Self::TlsServerName => owned(shape, facts.tls().and_then(|tls| tls.server_name.clone())),
            Self::TlsMutual => match facts.tls() {
                Some(tls) => Found::Value(Value::Bool(tls.mutual)),
                None => Found::Nothing,
            },
            Self::Token(fact) => fact.value(shape, facts),
        }
    }
}

fn now(time: contract::UnixTime) -> Option<Extension> {
    i64::try_from(time.nanos()).ok()?.checked_div(1_000_000).and_then(datetime)
}

pub(super) fn fitting(value: Option<Value<'_>>) -> Found<'_> {
    value.map_or(Found::Unfit, Found::Value)
}

pub(super) fn extension<'a>(value: Option<Option<Extension>>) -> Found<'a> {
    value.map_or(Found::Nothing, |value| fitting(value.map(Value::Extension)))
}

pub(super) fn text<'a>(shape: &'a Shape, text: Option<&'a str>) -> Found<'a> {
    text.map_or(Found::Nothing, |text| fitting(from_text(shape, Cow::Borrowed(text))))
}

fn owned(shape: &Shape, text: Option<String>) -> Found<'_> {
    text.map_or(Found::Nothing, |text| fitting(from_text(shape, Cow::Owned(text))))
}

fn bytes<'a>(shape: &'a Shape, bytes: Option<&'a [u8]>) -> Found<'a> {
    match bytes.map(std::str::from_utf8) {
        None => Found::Nothing,
        Some(Ok(found)) => text(shape, Some(found)),
        Some(Err(_)) => Found::Unfit,
    }
}

/// The one field of this name; of all of them the elements, where the schema says a set (RFC 9110 §5.6.1).
fn header<'a>(shape: &'a Shape, name: &'a str, facts: &Facts<'a>) -> Found<'a> {
    let values = facts.request.head.values(name).map(std::str::from_utf8);
    let Ok(values) = values.collect::<Result<Vec<_>, _>>() else {
        return Found::Unfit;
    };
    match shape.element() {
        Some(element) if !values.is_empty() => {
            let elements = values.iter().flat_map(|value| value.split(',')).map(str::trim);
            set(element, elements.filter(|element| !element.is_empty()).map(Cow::Borrowed))
        }
        Some(_) | None => single(shape, values.into_iter().map(Cow::Borrowed)),
    }
}

/// The one parameter of this name; all of them, where the schema says a set.
fn query<'a>(shape: &'a Shape, name: &str, facts: &Facts<'a>) -> Found<'a> {
    let all = query_parameters(facts.request.path.query().unwrap_or_default());
    let Ok(all) = all.collect::<Result<Vec<_>, _>>() else {
        return Found::Unfit;
    };
    let values = all.into_iter().filter(|(found, _)| found == name).map(|(_, value)| value);
    let values: Vec<_> = values.map(Cow::Owned).collect();
    match shape.element() {
        Some(element) if !values.is_empty() => set(element, values.into_iter()),
        Some(_) | None => single(shape, values.into_iter()),
    }
}

fn set<'a>(element: &'a Shape, texts: impl Iterator<Item = Cow<'a, str>>) -> Found<'a> {
    fitting(texts.map(|text| from_text(element, text)).collect::<Option<_>>().map(Value::Set))
}

/// Two of them are none: a service might read the other one.
fn single<'a>(shape: &'a Shape, mut texts: impl Iterator<Item = Cow<'a, str>>) -> Found<'a> {
    match (texts.next(), texts.next()) {
        (None, _) => Found::Nothing,
        (Some(text), None) => fitting(from_text(shape, text)),
        (Some(_), Some(_)) => Found::Unfit,
    }
}
