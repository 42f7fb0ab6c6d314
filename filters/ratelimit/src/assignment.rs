//! Which limits count the requests of which route.

use std::rc::Rc;

use contract::{Authenticate, ConfigError, Route, Section};

use crate::config::{Config, Limit};

/// Limits that one route may name: each costs two calls to the host under a lock of the whole proxy.
const MAX_LIMITS_PER_ROUTE: usize = 8;

/// The limits of every route, in the order in which it names them.
pub(crate) fn assign(
    config: &Config,
    routes: &[Route],
    section: &Section<'_>,
) -> Result<Vec<Vec<Rc<Limit>>>, ConfigError> {
    let rows =
        routes.iter().enumerate().map(|(at, route)| match route.is_unknown() || route.is_preflight() {
            true => limits_of_unnamed(config, route, section),
            false => limits_of(config, at, route),
        });
    let rows = rows.collect::<Result<_, _>>()?;
    let mut limits = config.limits.values();
    match limits.find(|limit| !routes.iter().any(|route| is_meant(limit, route))) {
        Some(limit) => Err(section.error(&format!("limits.{}", limit.name), "no route names it")),
        None => Ok(rows),
    }
}

/// Whether it is plain that `limit` is to count requests of `route`. For the row of unknown requests, which
/// names none, it is only where they are let through, and a limit before authentication is nearly always
/// meant for known ones as well.
fn is_meant(limit: &Limit, route: &Route) -> bool {
    if route.is_unknown() {
        return !limit.before_auth && route.authenticate.is_required();
    }
    route.limits.contains(&limit.name)
}

/// Requests that no route of the table stands for, unknown ones and preflights, count under every limit that
/// can count them: who tries paths is not let off.
fn limits_of_unnamed(
    config: &Config,
    route: &Route,
    section: &Section<'_>,
) -> Result<Vec<Rc<Limit>>, ConfigError> {
    let can_count = |limit: &&Rc<Limit>| route.authenticate.is_required() || !limit.needs_identity();
    let limits: Vec<_> = config.limits.values().filter(can_count).map(Rc::clone).collect();
    if limits.len() > MAX_LIMITS_PER_ROUTE {
        let message = format!("more than {MAX_LIMITS_PER_ROUTE} would count requests that no route knows");
        return Err(section.error("limits", message));
    }
    Ok(limits)
}

fn limits_of(config: &Config, at: usize, route: &Route) -> Result<Vec<Rc<Limit>>, ConfigError> {
    let error = |message: String| ConfigError::at(format!("routes[{at}].limits"), message);
    if route.limits.len() > MAX_LIMITS_PER_ROUTE {
        return Err(error(format!("names more than {MAX_LIMITS_PER_ROUTE} limits")));
    }
    let mut limits: Vec<Rc<Limit>> = Vec::new();
    for name in &route.limits {
        let limit = config.limits.get(name).ok_or_else(|| error(format!("no limit is called `{name}`")))?;
        if limits.iter().any(|earlier| earlier.name == limit.name) {
            return Err(error(format!("names `{name}` twice")));
        }
        if limit.needs_identity() && route.authenticate == Authenticate::None {
            return Err(error(format!("`{name}` counts by credential, and this route takes none")));
        }
        limits.push(Rc::clone(limit));
    }
    Ok(limits)
}
