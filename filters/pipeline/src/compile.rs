//! A document to a pipeline, or the reason why not.

use contract::{
    Compile, ConfigError, Entropy, Phase, ProxyCrypto, Secrets, Section, Stage, StageKind, Store,
};
use serde_json::{Map, Value};

use crate::document;
use crate::raw::RawPipeline;
use crate::routes::Routes;
use crate::{Chain, Pipeline};

/// What the configuration may be compiled with.
pub struct Surroundings<'a> {
    /// Secrets of the environment.
    pub secrets: &'a dyn Secrets,
    /// The memory that the workers share.
    pub store: &'a dyn Store,
    /// Unpredictable bytes.
    pub entropy: &'a dyn Entropy,
    /// Signatures checked and made in native code.
    pub crypto: &'a dyn ProxyCrypto,
}

/// Compile `document`, which is JSON or a serialized `google.protobuf.Struct`, with the stages that a module links.
///
/// # Errors
/// When anything in the document is not exactly right; the message names the path of the field.
pub fn compile(
    document: &[u8],
    kinds: &[&dyn StageKind],
    chain: Chain,
    with: &Surroundings<'_>,
) -> Result<Pipeline, ConfigError> {
    let (raw, sections) = split(document, kinds)?;
    let RawPipeline { realm, routes, unknown_route, verified_elsewhere, observe } = raw;
    let routes = Routes::compile(routes, unknown_route)?;
    refuse_unanswered(&routes, kinds, &sections)?;
    let stages = compile_sections(kinds, &sections, &routes, with)?;
    check_limits_count(&routes, &stages)?;
    let providers: Vec<String> = stages.iter().flat_map(|stage| stage.providers()).collect();
    check_providers(&routes, &providers, chain, &verified_elsewhere)?;
    if chain == Chain::Whole {
        check_credential_use(&routes, &stages)?;
    }
    let credentials: Vec<_> = stages.iter().flat_map(|stage| stage.credential_fields()).collect();
    let observe = observe.compile(&credentials)?;
    Ok(Pipeline { realm, chain, routes, stages, providers, observe })
}

/// The document apart: our own members, and the sections of the linked stages.
fn split(
    document: &[u8],
    kinds: &[&dyn StageKind],
) -> Result<(RawPipeline, Map<String, Value>), ConfigError> {
    let Value::Object(members) = document::read(document)? else {
        return Err(ConfigError::at("", "the configuration is an object"));
    };
    let is_section = |name: &str| kinds.iter().any(|kind| kind.name().as_str() == name);
    let (mut sections, mut own) = (Map::new(), Map::new());
    for (name, value) in members {
        let part = if is_section(&name) { &mut sections } else { &mut own };
        part.insert(name, value);
    }
    let raw = Section::new("", &Value::Object(own)).read().map_err(|error| with_sections(&error, kinds))?;
    Ok((raw, sections))
}

/// The message of an unknown member, which may be the section of a stage that this module does not link.
fn with_sections(error: &ConfigError, kinds: &[&dyn StageKind]) -> ConfigError {
    let names: Vec<_> = kinds.iter().map(|kind| format!("`{}`", kind.name())).collect();
    let hint = match error.message().contains("unknown field") && !error.path().contains('.') {
        true => format!("; this module's stages are {}", names.join(", ")),
        false => String::new(),
    };
    ConfigError::at(error.path(), format!("{}{hint}", error.message()))
}

/// A route that asks for a stage which is linked but has no section would go without it.
fn refuse_unanswered(
    routes: &Routes,
    kinds: &[&dyn StageKind],
    sections: &Map<String, Value>,
) -> Result<(), ConfigError> {
    let absent = kinds.iter().filter(|kind| !sections.contains_key(kind.name().as_str()));
    for kind in absent {
        for (index, route) in routes.rows().iter().enumerate() {
            if let Some(field) = kind.asked_for_by(route) {
                let message =
                    format!("asks for the stage `{0}`, but there is no section `{0}`", kind.name());
                return Err(ConfigError::at(format!("routes[{index}].{field}"), message));
            }
        }
    }
    Ok(())
}

fn compile_sections(
    kinds: &[&dyn StageKind],
    sections: &Map<String, Value>,
    routes: &Routes,
    with: &Surroundings<'_>,
) -> Result<Vec<Box<dyn Stage>>, ConfigError> {
    let with = Compile {
        routes: routes.rows(),
        secrets: with.secrets,
        store: with.store,
        entropy: with.entropy,
        crypto: with.crypto,
    };
    let empty = Value::Object(Map::new());
    let mut stages = Vec::new();
    for kind in kinds {
        let name = kind.name().as_str();
        let section = sections.get(name).or_else(|| kind.is_always_on().then_some(&empty));
        if let Some(value) = section {
            kind.compile(&Section::new(name, value), &with)?
                .into_iter()
                .for_each(|stage| insert(&mut stages, stage));
        }
    }
    if sections.is_empty() {
        return Err(ConfigError::at(
            "",
            "no stage is configured: a filter that checks nothing is a mistake",
        ));
    }
    Ok(stages)
}

/// Add a stage behind all that come before it or with it.
fn insert(stages: &mut Vec<Box<dyn Stage>>, stage: Box<dyn Stage>) {
    let place = stages.partition_point(|other| other.phase() <= stage.phase());
    stages.insert(place, stage);
}

/// A route that is answered here is done before a limit after authentication could count it.
fn check_limits_count(routes: &Routes, stages: &[Box<dyn Stage>]) -> Result<(), ConfigError> {
    let late = stages.iter().filter(|stage| stage.phase() > Phase::EarlyLimit);
    let mut vain = late.flat_map(|stage| routes.readiness().filter(|route| stage.counts(*route)));
    let message = "this route is answered before authentication: name only limits with `before_auth: true`";
    match vain.next() {
        Some(route) => Err(ConfigError::at(format!("routes[{}].limits", route.0), message)),
        None => Ok(()),
    }
}

/// Every provider that a route names must be verified by somebody.
fn check_providers(
    routes: &Routes,
    providers: &[String],
    chain: Chain,
    elsewhere: &[String],
) -> Result<(), ConfigError> {
    if chain == Chain::Whole && !elsewhere.is_empty() {
        let message = "this module has all stages: nobody else verifies for it";
        return Err(ConfigError::at("verified_elsewhere", message));
    }
    // A module that verifies nothing takes over what earlier ones have verified, and insists on it.
    if chain == Chain::Link && providers.is_empty() {
        return Ok(());
    }
    for (index, route) in routes.rows().iter().enumerate() {
        let known = |name: &&String| providers.contains(*name) || elsewhere.contains(*name);
        if let Some(unknown) = route.authenticate.providers().iter().find(|name| !known(name)) {
            let message = format!("no provider is called `{unknown}`");
            return Err(ConfigError::at(format!("routes[{index}].authenticate"), message));
        }
    }
    Ok(())
}

/// A credential that nobody here can remove would stay in the request although its route says `remove`.
fn check_credential_use(routes: &Routes, stages: &[Box<dyn Stage>]) -> Result<(), ConfigError> {
    let obeying = stages.iter().filter(|stage| stage.obeys_credential_use());
    let obeyed: Vec<String> = obeying.flat_map(|stage| stage.providers()).collect();
    for (index, route) in routes.rows().iter().enumerate().filter(|(_, route)| route.credential.is_some()) {
        if let Some(other) = route.authenticate.providers().iter().find(|name| !obeyed.contains(name)) {
            let message =
                format!("credentials of `{other}` are not read here, so not kept or removed either");
            return Err(ConfigError::at(format!("routes[{index}].credential"), message));
        }
    }
    Ok(())
}
