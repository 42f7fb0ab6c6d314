//! The section `authz` to a guard: everything is checked against the schema here.

use std::rc::Rc;

use bundle::{Content, Text};
use contract::{Compile, ConfigError, HeaderName, Section};

use crate::config::RawAuthz;
use crate::intake::Intake;
use crate::modes::Modes;
use crate::origin::Origin;
use crate::stage::Guard;
use crate::terms::{Terms, error};

/// Compile the section.
///
/// # Errors
/// At the field that is wrong, with line and column where that field is a text.
pub(crate) fn guard(section: &Section<'_>, with: &Compile<'_>) -> Result<Guard, ConfigError> {
    let RawAuthz {
        mode,
        shadow_routes,
        schema,
        policies,
        links,
        entities,
        principals,
        context,
        public_reason_header,
    } = section.read()?;
    let terms = Rc::new(Terms::new(principals, context, with.routes)?);
    let missing = |field: &'static str| move || error("", format!("missing field `{field}`"));
    let schema = Text { name: "schema".into(), text: schema.ok_or_else(missing("schema"))? };
    let policies = vec![Text { name: "policies".into(), text: policies.ok_or_else(missing("policies"))? }];
    let content = Content { schema, policies, links, entities };
    let ruleset = Rc::new(Intake::new(content, Rc::clone(&terms), Origin::Fields("")).complete()?);
    let modes = Modes::compile(section, mode, &shadow_routes, with.routes)?;
    let public_reason_header = public_reason_header.map(|name| public_reason(&name)).transpose()?;
    Ok(Guard { modes, ruleset, public_reason_header })
}

fn public_reason(name: &str) -> Result<HeaderName, ConfigError> {
    HeaderName::new(name)
        .map_err(|_| error("public_reason_header", format!("`{name}` is no name of a header field")))
}
