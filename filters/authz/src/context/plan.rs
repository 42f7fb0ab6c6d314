//! The schema's context to where each of its members comes from.

use std::collections::BTreeMap;

use contract::{HeaderName, Route};

use super::source::{Group, Source};
use super::token::TokenFact;
use super::{Context, Kind, Member};
use crate::config::RawMember;
use crate::engine::{ExtensionKind, Member as Declared, Schema, Shape, Sight};
use crate::facts::{Split, check_json, check_text};

/// The type of a context's own members.
const ADDRESS: Shape = Shape::Extension(ExtensionKind::IpAddr);
const DATETIME: Shape = Shape::Extension(ExtensionKind::DateTime);

/// What contexts are planned with.
pub(crate) struct Plan<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) sight: &'a Sight,
    /// The members that the configuration adds.
    pub(crate) added: &'a BTreeMap<String, RawMember>,
}

impl Plan<'_> {
    /// Check of `added` what no schema is needed for.
    ///
    /// # Errors
    /// With the field below `context`, and a message.
    pub(crate) fn check(added: &BTreeMap<String, RawMember>) -> Result<(), (String, String)> {
        added.iter().try_for_each(|(name, member)| {
            if is_own(name) {
                return Err((name.clone(), "every request has this member by itself".to_owned()));
            }
            match member {
                RawMember::Header(header) if HeaderName::new(header).is_err() => {
                    Err((format!("{name}.header"), format!("`{header}` is no name of a header field")))
                }
                RawMember::Header(_)
                | RawMember::Query(_)
                | RawMember::Parameter(_)
                | RawMember::Claim(_) => Ok(()),
            }
        })
    }

    /// Plan the members that the schema declares for the action of `route`.
    ///
    /// # Errors
    /// With a message when one of them is nothing that a request has. That holds for optional ones as
    /// well: a policy that asks for it would never apply, and nobody would notice.
    pub(crate) fn context(&self, declared: Vec<Declared>, route: &Route) -> Result<Context, String> {
        declared.into_iter().map(|member| self.member(member, route)).collect::<Result<_, _>>().map(Context)
    }

    fn member(&self, declared: Declared, route: &Route) -> Result<Member, String> {
        let Declared { name, required, shape } = declared;
        let kind = match (self.added.get(&name), name.as_str()) {
            (Some(added), _) => self.added(&name, added, shape, route)?,
            (None, "parameters") => parameters(&shape, route, self.schema)?,
            (None, "tls") => group(&name, Group::Tls, &shape, tls)?,
            (None, "token") => group(&name, Group::Token, &shape, token)?,
            (None, _) => {
                let (source, own) = own(&name).ok_or_else(|| unknown(&name))?;
                Kind::One(source, same(&name, own, shape)?)
            }
        };
        let seen = self.sight.sees_context(&name);
        Ok(Member { name, required, seen, kind })
    }

    fn added(&self, name: &str, added: &RawMember, shape: Shape, route: &Route) -> Result<Kind, String> {
        let source = match added.clone() {
            RawMember::Header(header) => Source::Header(header),
            RawMember::Query(parameter) => Source::Query(parameter),
            RawMember::Parameter(parameter) if !route.parameters.contains(&parameter) => {
                return Err(format!(
                    "`context.{name}`: the path of this route has no parameter `{parameter}`"
                ));
            }
            RawMember::Parameter(parameter) => Source::Parameter(parameter),
            RawMember::Claim(path) => Source::Claim(path),
        };
        let fits = match (&source, &shape) {
            (Source::Claim(_), shape) => check_json(shape, Split::No, self.schema),
            (Source::Header(_) | Source::Query(_), Shape::Set(element)) => check_text(element, self.schema),
            (_, shape) => check_text(shape, self.schema),
        };
        fits.map_err(|message| format!("`context.{name}`: {message}"))?;
        Ok(Kind::One(source, shape))
    }
}

/// What every request has under this name, and its type.
fn own(name: &str) -> Option<(Source, Shape)> {
    Some(match name {
        "method" => (Source::Method, Shape::String),
        "host" => (Source::Host, Shape::String),
        "path" => (Source::Path, Shape::String),
        "route" => (Source::Route, Shape::String),
        "caller" => (Source::Caller, Shape::String),
        "client_address" => (Source::ClientAddress, ADDRESS),
        "time" => (Source::Time, DATETIME),
        _ => return None,
    })
}

/// Whether every request has something under this name.
fn is_own(name: &str) -> bool {
    own(name).is_some() || matches!(name, "parameters" | "tls" | "token")
}

fn unknown(name: &str) -> String {
    format!(
        "the schema's context has a member `{name}`; a request has `method`, `host`, `path`, `route`, `parameters`, \
         `caller`, `client_address`, `time`, `tls` and `token`, and what `authz.context` maps"
    )
}

fn same(name: &str, own: Shape, declared: Shape) -> Result<Shape, String> {
    if own == declared {
        Ok(own)
    } else {
        Err(format!("the context's `{name}` is {own}, but the schema says {declared}"))
    }
}

fn tls(name: &str) -> Option<(Source, Shape)> {
    Some(match name {
        "version" => (Source::TlsVersion, Shape::String),
        "server_name" => (Source::TlsServerName, Shape::String),
        "mutual" => (Source::TlsMutual, Shape::Bool),
        _ => return None,
    })
}

fn token(name: &str) -> Option<(Source, Shape)> {
    TokenFact::named(name).map(|fact| (Source::Token(fact), fact.shape()))
}

/// A record of which `of` knows the members: the source of each, and its type. One that may be missing can still
/// be required: then requests without it are refused.
fn group(
    name: &str,
    group: Group,
    shape: &Shape,
    of: fn(&str) -> Option<(Source, Shape)>,
) -> Result<Kind, String> {
    let members = members_of(name, shape)?.iter().map(|Declared { name: member, required, shape }| {
        let path = format!("{name}.{member}");
        let (source, own) = of(member).ok_or_else(|| format!("a request has no `{path}`"))?;
        let kind = Kind::One(source, same(&path, own, shape.clone())?);
        Ok(Member { name: member.clone(), required: *required, seen: true, kind })
    });
    Ok(Kind::Record(group, members.collect::<Result<_, String>>()?))
}

fn members_of<'a>(name: &str, shape: &'a Shape) -> Result<&'a [Declared], String> {
    match shape {
        Shape::Record(members) => Ok(members),
        Shape::String
        | Shape::Long
        | Shape::Bool
        | Shape::Set(_)
        | Shape::Entity(_)
        | Shape::Extension(_)
        | Shape::Other(_) => {
            Err(format!("the context's `{name}` is a record, but the schema says {shape}"))
        }
    }
}

/// Parameters of the path, those that the schema declares and this route has.
fn parameters(shape: &Shape, route: &Route, schema: &Schema) -> Result<Kind, String> {
    let mut planned = Vec::new();
    for Declared { name, required, shape } in members_of("parameters", shape)? {
        check_text(shape, schema)
            .map_err(|message| format!("the context's `parameters.{name}`: {message}"))?;
        if route.parameters.contains(name) {
            let kind = Kind::One(Source::Parameter(name.clone()), shape.clone());
            planned.push(Member { name: name.clone(), required: *required, seen: true, kind });
        } else if *required {
            return Err(format!(
                "the schema's context requires `parameters.{name}`, and the path of this route has no such \
                 parameter"
            ));
        }
    }
    Ok(Kind::Record(Group::Parameters, planned))
}
