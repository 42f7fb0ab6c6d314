//! The section `authz` to a guard: everything is checked against the schema here.

use std::collections::BTreeSet;

use contract::{Authorize, Compile, ConfigError, Route, Section};

use crate::config::{AttributeKind, RawAttribute, RawAuthz, RawParents, RawPrincipal};
use crate::engine::{EntityType, Member, Policies, Schema, Shape};
use crate::mapping::{Attribute, Mapping, Parents};
use crate::modes::Modes;
use crate::question;
use crate::stage::Guard;

/// Compile the section.
///
/// # Errors
/// At the field that is wrong, with line and column where that field is a text.
pub(crate) fn guard(section: &Section<'_>, with: &Compile<'_>) -> Result<Guard, ConfigError> {
    let RawAuthz { mode, shadow_routes, schema, policies, principal } = section.read()?;
    let schema =
        Schema::parse(&schema).map_err(|fault| section.error("schema", fault.in_schema(&schema)))?;
    let policies = Policies::parse(&policies, &schema)
        .map_err(|fault| section.error("policies", fault.in_policies(&policies)))?;
    let mapping = mapping(section, principal, &schema)?;
    check_issuers_told_apart(section, &mapping, with.routes)?;
    let routes = question::compile(with.routes, &mapping.type_name, &schema)?;
    let modes = Modes::compile(section, mode, &shadow_routes, with.routes)?;
    Ok(Guard { modes, policies, mapping, routes })
}

fn mapping(section: &Section<'_>, raw: RawPrincipal, schema: &Schema) -> Result<Mapping, ConfigError> {
    let RawPrincipal { type_name, id, attributes, parents } = raw;
    let error = |message| section.error("principal.type", message);
    let found = schema.entity_type(&type_name);
    let type_name = found.ok_or_else(|| error(format!("the schema has no entity type `{type_name}`")))?;
    if schema.ids(&type_name).is_some() {
        return Err(error(format!(
            "`{type_name}` is an enumeration: a claim cannot be trusted to be in it"
        )));
    }
    let declared = schema.attributes(&type_name);
    let attributes = attributes.into_iter();
    let attributes = attributes.map(|(name, raw)| attribute(section, name, raw, &declared));
    let attributes = attributes.collect::<Result<Vec<_>, _>>()?;
    check_all_mapped(section, &attributes, &declared)?;
    let parents = parents.map(|raw| self::parents(section, raw, &type_name, schema)).transpose()?;
    Ok(Mapping { type_name, id, attributes, parents })
}

fn attribute(
    section: &Section<'_>,
    name: String,
    raw: RawAttribute,
    declared: &[Member],
) -> Result<Attribute, ConfigError> {
    let RawAttribute { claim, kind, required } = raw;
    let field = format!("principal.attributes.{name}");
    let Some(member) = declared.iter().find(|member| member.name == name) else {
        return Err(section.error(&field, "the schema's principal has no such attribute"));
    };
    if member.shape != kind.shape() {
        let message = format!("the schema says {}", member.shape);
        return Err(section.error(&format!("{field}.type"), message));
    }
    if member.required && !required {
        return Err(section.error(&format!("{field}.required"), "the schema requires this attribute"));
    }
    Ok(Attribute { name, claim, kind, required })
}

fn check_all_mapped(
    section: &Section<'_>,
    attributes: &[Attribute],
    declared: &[Member],
) -> Result<(), ConfigError> {
    let is_mapped = |member: &Member| attributes.iter().any(|attribute| attribute.name == member.name);
    match declared.iter().find(|member| member.required && !is_mapped(member)) {
        None => Ok(()),
        Some(member) => {
            let message = format!("the schema requires `{}`, and no claim is mapped to it", member.name);
            Err(section.error("principal.attributes", message))
        }
    }
}

/// `sub` is unique within its issuer only (RFC 7519 §4.1.2): without the issuer, what a policy grants to a
/// user of one provider it grants to whoever has that name at another.
fn check_issuers_told_apart(
    section: &Section<'_>,
    mapping: &Mapping,
    routes: &[Route],
) -> Result<(), ConfigError> {
    let asks = |route: &&Route| matches!(route.authorize, Some(Authorize::Action { .. }));
    let accepted = routes.iter().filter(asks).flat_map(|route| route.authenticate.providers());
    let accepted: BTreeSet<_> = accepted.map(String::as_str).collect();
    if accepted.len() <= 1 || mapping.reads_issuer() {
        return Ok(());
    }
    let names = Vec::from_iter(accepted).join(", ");
    let message = format!(
        "routes accept several providers ({names}), and one `sub` of two of them would be one user: map \
         the issuer (claim `iss`) to an attribute, so that policies can tell them apart"
    );
    Err(section.error("principal", message))
}

fn parents(
    section: &Section<'_>,
    raw: RawParents,
    principal: &EntityType,
    schema: &Schema,
) -> Result<Parents, ConfigError> {
    let RawParents { type_name, claim, required } = raw;
    let error = |message| section.error("principal.parents.type", message);
    let found = schema.entity_type(&type_name);
    let type_name = found.ok_or_else(|| error(format!("the schema has no entity type `{type_name}`")))?;
    if !schema.is_child_of(principal, &type_name) {
        return Err(error(format!("the schema does not say `entity {principal} in [{type_name}]`")));
    }
    match schema.attributes(&type_name).iter().find(|attribute| attribute.required) {
        None => Ok(Parents { type_name, claim, required }),
        Some(attribute) => Err(error(format!(
            "`{type_name}` requires the attribute `{}`, and a claim gives a parent's id alone",
            attribute.name
        ))),
    }
}

impl AttributeKind {
    /// The type that the schema must give to an attribute of this kind.
    const fn shape(self) -> Shape {
        match self {
            Self::String => Shape::String,
            Self::Long => Shape::Long,
            Self::Bool => Shape::Bool,
            Self::SetOfStrings => Shape::SetOfStrings,
        }
    }
}
