//! A verified caller to a principal.

use std::borrow::Cow;

use contract::{CredentialKind, Identity, Peer, SpiffeId};
use serde_json::{Map, Value as Json};

use crate::claim::ClaimPath;
use crate::config::Caller;
use crate::engine::{Entity, EntityType, Shape, Store, Value};
use crate::facts::{Split, from_json};
use crate::reason::{Denial, Reason};

/// Every kind of principal, checked against the schema.
#[derive(Debug)]
pub(crate) struct Principals(pub(crate) Vec<Mapping>);

/// How one kind of caller becomes a principal.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) of: Caller,
    /// Nothing for all that no other mapping names.
    pub(crate) providers: Option<Vec<String>>,
    pub(crate) type_name: EntityType,
    pub(crate) id: ClaimPath,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) parents: Vec<Parents>,
    /// Whether the schema promises attributes that only the configured entities have.
    pub(crate) must_be_known: bool,
}

/// One attribute of the principal.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) claim: ClaimPath,
    pub(crate) shape: Shape,
    pub(crate) split: Split,
    pub(crate) required: bool,
    /// Whether any policy can see it. What none can is not part of the question; it must be there and fit all
    /// the same, unless it is dear to make.
    pub(crate) seen: bool,
}

/// Where parents of the principal come from.
#[derive(Debug)]
pub(crate) struct Parents {
    pub(crate) type_name: EntityType,
    pub(crate) claim: ClaimPath,
    pub(crate) required: bool,
}

/// What is known of a caller: as it was signed, or made of the name of a workload.
type Claims<'a> = Cow<'a, Map<String, Json>>;

/// A caller, and what makes a principal of it.
pub(crate) struct Known<'a> {
    pub(crate) mapping: &'a Mapping,
    claims: Claims<'a>,
}

impl Principals {
    /// Who calls: the verified credential's holder, or where there is none the verified workload.
    pub(crate) fn know<'a>(
        &'a self,
        identity: Option<&'a Identity>,
        peer: Option<&'a Peer>,
    ) -> Result<Known<'a>, Denial> {
        match (identity, peer) {
            (Some(identity), _) => self.holder(identity),
            (None, Some(peer)) => {
                self.workload(peer.spiffe_id(), None).ok_or(Reason::PrincipalMissing.into())
            }
            (None, None) => Err(Reason::PrincipalMissing.into()),
        }
    }

    fn holder<'a>(&'a self, identity: &'a Identity) -> Result<Known<'a>, Denial> {
        let provider = identity.provider();
        let unmapped = || Reason::PrincipalUnmapped.because(provider);
        let of = match identity.facts().kind {
            CredentialKind::JwtSvid => {
                let id = SpiffeId::parse(identity.subject()).map_err(|_| unmapped())?;
                return self.workload(&id, Some(provider)).ok_or_else(unmapped);
            }
            CredentialKind::ApiKey => Caller::ApiKeys,
            CredentialKind::AccessToken
            | CredentialKind::Generic
            | CredentialKind::IdToken
            | CredentialKind::Internal => Caller::Users,
        };
        let mapping = self.mapping(of, Some(provider)).ok_or_else(unmapped)?;
        let claims = match of {
            Caller::ApiKeys => Cow::Owned(of_key(identity)),
            Caller::Users | Caller::Workloads => Cow::Borrowed(&identity.facts().claims),
        };
        Ok(Known { mapping, claims })
    }

    fn workload(&self, id: &SpiffeId, provider: Option<&str>) -> Option<Known<'_>> {
        let mapping = self.mapping(Caller::Workloads, provider)?;
        Some(Known { mapping, claims: Cow::Owned(of_workload(id)) })
    }

    fn mapping(&self, of: Caller, provider: Option<&str>) -> Option<&Mapping> {
        let names = |mapping: &&Mapping| match (&mapping.providers, provider) {
            (Some(names), Some(provider)) => names.iter().any(|name| name == provider),
            (Some(_) | None, _) => false,
        };
        let of_kind = || self.0.iter().filter(|mapping| mapping.of == of);
        of_kind().find(names).or_else(|| of_kind().find(|mapping| mapping.providers.is_none()))
    }
}

/// What an API key is known by, and what it may, as a token says it.
fn of_key(identity: &Identity) -> Map<String, Json> {
    let mut claims = identity.facts().claims.clone();
    claims.insert("scope".into(), identity.facts().scopes.join(" ").into());
    claims
}

/// The claims of a workload.
pub(crate) const WORKLOAD_CLAIMS: [&str; 3] = ["sub", "trust_domain", "path"];

fn of_workload(id: &SpiffeId) -> Map<String, Json> {
    let after = id.as_str().strip_prefix("spiffe://").unwrap_or_default();
    let path = after.strip_prefix(id.trust_domain()).unwrap_or_default();
    let values = [id.as_str(), id.trust_domain(), path];
    WORKLOAD_CLAIMS.into_iter().zip(values).map(|(name, value)| (name.to_owned(), value.into())).collect()
}

impl Mapping {
    /// Whether policies can tell users of two issuers apart.
    pub(crate) fn reads_issuer(&self) -> bool {
        self.id.is_issuer() || self.attributes.iter().any(|attribute| attribute.claim.is_issuer())
    }
}

impl Known<'_> {
    /// A claim, for the context.
    pub(crate) fn claim(&self, path: &ClaimPath) -> Option<&Json> {
        path.find(&self.claims)
    }

    /// The principal. The evidence of a denial is the name of the attribute.
    pub(crate) fn principal(&self, store: &Store) -> Result<Entity<'_>, Denial> {
        let (type_name, id) = (&self.mapping.type_name, self.id()?);
        if self.mapping.must_be_known && !store.contains(type_name, id) {
            return Err(Reason::PrincipalUnknown.into());
        }
        Ok(Entity {
            type_name,
            id: Cow::Borrowed(id),
            attributes: self.attributes()?,
            parents: self.parents()?,
        })
    }

    fn id(&self) -> Result<&str, Denial> {
        let name = "principal.id";
        let claim = self.claim(&self.mapping.id).ok_or_else(|| Reason::AttributeMissing.because(name))?;
        claim.as_str().ok_or_else(|| Reason::AttributeType.because(name))
    }

    fn attributes(&self) -> Result<Vec<(&str, Value<'_>)>, Denial> {
        let mut found = Vec::with_capacity(self.mapping.attributes.len());
        for Attribute { name, claim, shape, split, required, seen } in &self.mapping.attributes {
            match self.claim(claim) {
                Some(_) if !seen && is_dear(shape) => {}
                Some(json) => {
                    let value = from_json(shape, json, *split);
                    let value = value.ok_or_else(|| Reason::AttributeType.because(name))?;
                    found.extend(seen.then_some((name.as_str(), value)));
                }
                None if *required => return Err(Reason::AttributeMissing.because(name)),
                None => {}
            }
        }
        Ok(found)
    }

    fn parents(&self) -> Result<Vec<(&EntityType, Cow<'_, str>)>, Denial> {
        let name = "principal.parents";
        let mut found = Vec::new();
        for Parents { type_name, claim, required } in &self.mapping.parents {
            let ids = match self.claim(claim) {
                Some(Json::String(id)) => vec![id.as_str()],
                Some(list) => strings(list).ok_or_else(|| Reason::AttributeType.because(name))?,
                None if *required => return Err(Reason::AttributeMissing.because(name)),
                None => Vec::new(),
            };
            found.extend(ids.into_iter().map(|id| (type_name, Cow::Borrowed(id))));
        }
        Ok(found)
    }
}

/// Extension values cost as much to make as many policies to evaluate.
pub(crate) fn is_dear(shape: &Shape) -> bool {
    match shape {
        Shape::Extension(_) => true,
        Shape::Set(element) => is_dear(element),
        Shape::Record(members) => members.iter().any(|member| is_dear(&member.shape)),
        Shape::String | Shape::Long | Shape::Bool | Shape::Entity(_) | Shape::Other(_) => false,
    }
}

/// A list of nothing but strings.
fn strings(json: &Json) -> Option<Vec<&str>> {
    json.as_array()?.iter().map(Json::as_str).collect()
}
