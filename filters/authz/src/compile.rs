//! The section `authz` to a guard: everything is checked against the schema here.

use std::rc::Rc;

use contract::{Compile, ConfigError, FetchId, HeaderName, Section};

use crate::config::RawAuthz;
use crate::modes::Modes;
use crate::rules::{Events, Made, RawRules};
use crate::stage::Guard;
use crate::terms::{Terms, error};

/// What fetches of the rules in force are called …
pub(crate) const ACTIVE: FetchId = FetchId(0);
/// … and those of the candidate.
pub(crate) const CANDIDATE: FetchId = FetchId(1);

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
        bundle,
        candidate,
        principals,
        context,
        public_reason_header,
    } = section.read()?;
    let terms = Rc::new(Terms::new(principals, context, with.routes)?);
    let active = Made {
        terms: &terms,
        section,
        with,
        id: ACTIVE,
        path: "",
        bundle: "bundle",
        events: Events::ACTIVE,
    };
    let beside = Made {
        id: CANDIDATE,
        path: "candidate.",
        bundle: "candidate.bundle",
        events: Events::CANDIDATE,
        ..active
    };
    let rules = RawRules { schema, policies, links, entities, bundle }.make(active)?;
    let candidate = candidate.map(|candidate| candidate.make(beside)).transpose()?;
    let modes = Modes::compile(section, mode, &shadow_routes, with.routes)?;
    let public_reason_header = public_reason_header.map(|name| public_reason(&name)).transpose()?;
    Ok(Guard { modes, rules, candidate, public_reason_header })
}

/// Fields that say how an answer is framed, or that clients act upon: a text of a policy there would be taken for
/// something else.
const NO_PLACE_FOR_REASONS: [&str; 16] = [
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "host",
    "keep-alive",
    "location",
    "retry-after",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "www-authenticate",
];

fn public_reason(name: &str) -> Result<HeaderName, ConfigError> {
    let error = |message: String| error("public_reason_header", message);
    let found =
        HeaderName::new(name).map_err(|_| error(format!("`{name}` is no name of a header field")))?;
    if NO_PLACE_FOR_REASONS.contains(&found.as_str()) {
        return Err(error(format!("`{name}` means something else to clients: choose a name of your own")));
    }
    Ok(found)
}
