//! What the configuration says beside the policies, and what any policies must agree with.

use std::collections::{BTreeMap, BTreeSet};

use contract::{Authorize, ConfigError, Route, StageName};

use crate::config::{Caller, RawAttribute, RawMember, RawParents, RawPrincipal};
use crate::context::Plan;
use crate::engine::{EntityType, Member, Schema, Sight, Store};
use crate::facts::{Split, check_json};
use crate::principal::{Attribute, Mapping, Parents, Principals, WORKLOAD_CLAIMS};
use crate::question::{Asked, Questions};
use crate::resource::parent_type;

/// How requests become questions, as it is written.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) principals: Vec<RawPrincipal>,
    pub(crate) context: BTreeMap<String, RawMember>,
    pub(crate) routes: Vec<Route>,
}

/// The same, checked against one schema and what belongs to it.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) principals: Principals,
    /// By [`contract::RouteId`].
    pub(crate) routes: Vec<Asked>,
}

impl Terms {
    /// Check what needs no schema.
    ///
    /// # Errors
    /// At the field that is wrong.
    pub(crate) fn new(
        principals: Vec<RawPrincipal>,
        context: BTreeMap<String, RawMember>,
        routes: &[Route],
    ) -> Result<Self, ConfigError> {
        if principals.is_empty() {
            return Err(error("principals", "nobody could ever be asked about: name a kind of caller"));
        }
        Plan::check(&context).map_err(|(field, message)| error(&format!("context.{field}"), message))?;
        let terms = Self { principals, context, routes: routes.to_vec() };
        terms.check_overlaps()?;
        Ok(terms)
    }

    /// No caller may be two principals.
    fn check_overlaps(&self) -> Result<(), ConfigError> {
        let mut seen: Vec<(Caller, Option<&str>)> = Vec::new();
        for (index, RawPrincipal { of, providers, .. }) in self.principals.iter().enumerate() {
            let names = match providers {
                None => vec![None],
                Some(names) if names.is_empty() => {
                    return Err(error(&format!("principals[{index}].providers"), "names no provider"));
                }
                Some(names) => names.iter().map(|name| Some(name.as_str())).collect(),
            };
            for name in names {
                if seen.contains(&(*of, name)) {
                    let callers = name.map_or("all others".into(), |name| format!("those of `{name}`"));
                    let message = format!("an earlier entry is for {callers} already");
                    return Err(error(&format!("principals[{index}]"), message));
                }
                seen.push((*of, name));
            }
        }
        Ok(())
    }

    /// Hold the terms against a schema, the policies' sight and the entities.
    ///
    /// # Errors
    /// At the field of the configuration that does not agree with them.
    pub(crate) fn agree(
        &self,
        schema: &Schema,
        sight: &Sight,
        store: &Store,
    ) -> Result<Agreed, ConfigError> {
        let mappings = self.principals.iter().enumerate();
        let mappings = mappings.map(|(index, raw)| Entry { index, schema, sight, store }.mapping(raw));
        let principals = Principals(mappings.collect::<Result<_, _>>()?);
        self.check_issuers_told_apart(&principals)?;
        self.check_claims_of_workloads()?;
        let plan = Plan { schema, sight, added: &self.context };
        let questions = Questions { schema, sight, store, principals: &principals, plan };
        let routes = questions.compile(&self.routes)?;
        self.check_context(schema, &routes)?;
        Ok(Agreed { principals, routes })
    }

    /// A member that no action declares would be filled for nobody.
    fn check_context(&self, schema: &Schema, routes: &[Asked]) -> Result<(), ConfigError> {
        let mut declared = BTreeSet::new();
        for asked in routes {
            if let Asked::Question(question) = asked {
                declared.extend(schema.context(&question.action).into_iter().map(|member| member.name));
            }
        }
        match self.context.keys().find(|name| !declared.contains(*name)) {
            None => Ok(()),
            Some(name) => {
                let message = "the schema declares no such member for the action of any route";
                Err(error(&format!("context.{name}"), message))
            }
        }
    }

    /// `sub` is unique within its issuer only (RFC 7519 §4.1.2): without the issuer, what a policy grants to
    /// a user of one provider it grants to whoever has that name at another.
    fn check_issuers_told_apart(&self, principals: &Principals) -> Result<(), ConfigError> {
        let asks = |route: &&Route| matches!(route.authorize, Some(Authorize::Action { .. }));
        let accepted = self.routes.iter().filter(asks).flat_map(|route| route.authenticate.providers());
        let accepted: BTreeSet<_> = accepted.map(String::as_str).collect();
        for (index, mapping) in principals.0.iter().enumerate() {
            let alike = || principals.0.iter().filter(|other| other.type_name == mapping.type_name);
            let reaches = |name: &&&str| alike().any(|other| self.may_reach(other, name));
            let callers: Vec<_> = accepted.iter().filter(reaches).copied().collect();
            if mapping.of != Caller::Workloads && callers.len() > 1 && !mapping.reads_issuer() {
                let message = format!(
                    "routes accept several providers ({}), and one `sub` of two of them would be one user: \
                     map the issuer (claim `iss`) to an attribute, so that policies can tell them apart, or \
                     give each of them an entry with `providers` and with a `type` of its own",
                    callers.join(", ")
                );
                return Err(error(&format!("principals[{index}]"), message));
            }
            if mapping.of == Caller::Workloads && alike().any(|other| other.of != Caller::Workloads) {
                let message = "a workload and whoever holds a credential must not be of one type";
                return Err(error(&format!("principals[{index}].type"), message));
            }
        }
        Ok(())
    }

    /// A claim that workloads do not have would be missing for each of them.
    fn check_claims_of_workloads(&self) -> Result<(), ConfigError> {
        let entries = self.principals.iter().enumerate().filter(|(_, raw)| raw.of == Caller::Workloads);
        for (index, RawPrincipal { id, attributes, parents, .. }) in entries {
            let attributes =
                attributes.iter().map(|(name, raw)| (format!("attributes.{name}"), &raw.claim));
            let parents = parents.iter().enumerate();
            let parents = parents.map(|(place, raw)| (format!("parents[{place}]"), &raw.claim));
            let mut claims = std::iter::once(("id".to_owned(), id)).chain(attributes).chain(parents);
            if let Some((field, _)) = claims.find(|(_, claim)| !claim.is_one_of(&WORKLOAD_CLAIMS)) {
                let names = WORKLOAD_CLAIMS.map(|name| format!("`{name}`")).join(", ");
                let message = format!("of a workload is known: {names}");
                return Err(error(&format!("principals[{index}].{field}"), message));
            }
        }
        Ok(())
    }

    /// Whether callers of `provider` can come to this mapping, whatever their kind is.
    fn may_reach(&self, mapping: &Mapping, provider: &str) -> bool {
        if mapping.of == Caller::Workloads {
            return false;
        }
        let names = |providers: &Option<Vec<String>>| {
            providers.as_ref().is_some_and(|names| names.iter().any(|name| name == provider))
        };
        names(&mapping.providers)
            || (mapping.providers.is_none() && !self.principals.iter().any(|raw| names(&raw.providers)))
    }
}

/// An error at a field of the section.
pub(crate) fn error(field: &str, message: impl std::fmt::Display) -> ConfigError {
    let section = StageName::Authz;
    let path = if field.is_empty() { section.to_string() } else { format!("{section}.{field}") };
    ConfigError::at(path, message)
}

/// One entry of `principals`, with what it is checked against.
struct Entry<'a> {
    index: usize,
    schema: &'a Schema,
    sight: &'a Sight,
    store: &'a Store,
}

impl Entry<'_> {
    fn mapping(&self, raw: &RawPrincipal) -> Result<Mapping, ConfigError> {
        let RawPrincipal { of, providers, type_name, id, attributes, parents } = raw;
        let error = |message| self.error("type", message);
        let found = self.schema.entity_type(type_name);
        let type_name =
            found.ok_or_else(|| error(format!("the schema has no entity type `{type_name}`")))?;
        if self.schema.ids(&type_name).is_some() {
            return Err(error(format!(
                "`{type_name}` is an enumeration: a claim cannot be trusted to be in it"
            )));
        }
        let declared = self.schema.attributes(&type_name);
        let attributes =
            attributes.iter().map(|(name, raw)| self.attribute(name, raw, &type_name, &declared));
        let attributes = attributes.collect::<Result<Vec<_>, _>>()?;
        let must_be_known = self.must_be_known(&attributes, &type_name, &declared)?;
        let parents = parents.iter().enumerate().map(|(place, raw)| self.parents(place, raw, &type_name));
        let parents = parents.collect::<Result<_, _>>()?;
        let (of, providers, id) = (*of, providers.clone(), id.clone());
        Ok(Mapping { of, providers, type_name, id, attributes, parents, must_be_known })
    }

    fn attribute(
        &self,
        name: &str,
        raw: &RawAttribute,
        of: &EntityType,
        declared: &[Member],
    ) -> Result<Attribute, ConfigError> {
        let RawAttribute { claim, required, split } = raw;
        let field = format!("attributes.{name}");
        let Some(member) = declared.iter().find(|member| member.name == *name) else {
            return Err(self.error(&field, "the schema's principal has no such attribute"));
        };
        if self.store.attributes_of(of).contains(name) {
            let message = format!("an entity of type `{of}` in `entities` has this attribute already");
            return Err(self.error(&field, message));
        }
        let split = if *split { Split::Words } else { Split::No };
        check_json(&member.shape, split, self.schema).map_err(|message| self.error(&field, message))?;
        if member.required && !required {
            return Err(self.error(&format!("{field}.required"), "the schema requires this attribute"));
        }
        Ok(Attribute {
            name: name.to_owned(),
            claim: claim.clone(),
            shape: member.shape.clone(),
            split,
            required: *required,
            seen: self.sight.sees_attribute(name),
        })
    }

    /// What the schema requires must be there, and what a policy asks for must be able to. Where only configured
    /// entities have what is required, a principal must be one of them.
    fn must_be_known(
        &self,
        attributes: &[Attribute],
        of: &EntityType,
        declared: &[Member],
    ) -> Result<bool, ConfigError> {
        let stored = self.store.attributes_of(of);
        let mut must_be_known = false;
        for Member { name, required, .. } in declared {
            if attributes.iter().any(|attribute| attribute.name == *name) {
                continue;
            }
            if *required && stored.contains(name) {
                must_be_known = true;
            } else if *required {
                let message = format!(
                    "the schema requires `{name}`, to which neither a claim is mapped nor any entity in \
                     `entities` has a value"
                );
                return Err(self.error("attributes", message));
            }
            let asked = self.sight.sees_attribute(name) && !self.schema.declares_elsewhere(name, of);
            if asked && !stored.contains(name) {
                let message = format!(
                    "a policy asks for `{name}`, to which neither a claim is mapped nor any entity in `entities` \
                     has a value: it could never apply"
                );
                return Err(self.error("attributes", message));
            }
        }
        Ok(must_be_known)
    }

    fn parents(
        &self,
        place: usize,
        raw: &RawParents,
        principal: &EntityType,
    ) -> Result<Parents, ConfigError> {
        let RawParents { type_name, claim, required } = raw;
        let field = format!("parents[{place}].type");
        let type_name = parent_type(self.schema, principal, type_name)
            .map_err(|message| self.error(&field, message))?;
        if self.schema.ids(&type_name).is_some() {
            let message = format!("`{type_name}` is an enumeration: a claim cannot be trusted to be in it");
            return Err(self.error(&field, message));
        }
        match self.schema.attributes(&type_name).iter().find(|attribute| attribute.required) {
            None => Ok(Parents { type_name, claim: claim.clone(), required: *required }),
            Some(attribute) => {
                let message = format!(
                    "`{type_name}` requires the attribute `{}`, and a claim gives a parent's id alone",
                    attribute.name
                );
                Err(self.error(&field, message))
            }
        }
    }

    fn error(&self, field: &str, message: impl std::fmt::Display) -> ConfigError {
        error(&format!("principals[{}].{field}", self.index), message)
    }
}
