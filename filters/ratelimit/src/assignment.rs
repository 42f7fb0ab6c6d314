//! Which limits count the requests of which route.

use std::num::NonZeroU32;
use std::rc::Rc;

use contract::{Authenticate, ConfigError, LimitUse, Route, Section};

use crate::config::{Config, Limit, WhenMissing};
use crate::cost::{Cost, exceeds, never_passes};

/// Limits that one route may name: each costs two calls to the host under a lock of the whole proxy.
const MAX_LIMITS_PER_ROUTE: usize = 8;

/// One of a route's limits.
pub(crate) struct Use {
    pub(crate) limit: Rc<Limit>,
    /// What its requests cost there.
    pub(crate) cost: Cost,
}

/// The limits of every route, in the order in which it names them.
pub(crate) fn assign(
    config: &Config,
    routes: &[Route],
    section: &Section<'_>,
) -> Result<Vec<Vec<Use>>, ConfigError> {
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
    route.limits.iter().any(|used| used.name == limit.name)
}

/// Requests that no route of the table stands for, unknown ones and preflights, count under every limit
/// that can count them: who tries paths is not let off.
fn limits_of_unnamed(
    config: &Config,
    route: &Route,
    section: &Section<'_>,
) -> Result<Vec<Use>, ConfigError> {
    let can_count = |limit: &&Rc<Limit>| route.authenticate.is_required() || !limit.needs_identity();
    let mut limits: Vec<Use> = Vec::new();
    for limit in config.limits.values().filter(can_count) {
        // What a service cannot tell apart it would count twice.
        if !limits.iter().any(|earlier| earlier.limit.is_one_with(limit)) {
            limits.push(Use::as_limit_says(limit));
        }
    }
    if limits.len() > MAX_LIMITS_PER_ROUTE {
        let message = format!("more than {MAX_LIMITS_PER_ROUTE} would count requests that no route knows");
        return Err(section.error("limits", message));
    }
    Ok(limits)
}

fn limits_of(config: &Config, at: usize, route: &Route) -> Result<Vec<Use>, ConfigError> {
    let error = |message: String| ConfigError::at(format!("routes[{at}].limits"), message);
    if route.limits.len() > MAX_LIMITS_PER_ROUTE {
        return Err(error(format!("names more than {MAX_LIMITS_PER_ROUTE} limits")));
    }
    let mut uses: Vec<Use> = Vec::new();
    for (index, LimitUse { name, cost }) in route.limits.iter().enumerate() {
        let limit = config.limits.get(name).ok_or_else(|| error(format!("no limit is called `{name}`")))?;
        if uses.iter().any(|earlier| earlier.limit.name == limit.name) {
            return Err(error(format!("names `{name}` twice")));
        }
        if let Some(twin) = uses.iter().find(|earlier| earlier.limit.is_one_with(limit)) {
            let message = format!(
                "`{}` and `{name}` are one count of one service: give a key a constant that tells them apart",
                twin.limit.name
            );
            return Err(error(message));
        }
        if !counts_without_credential(limit) && route.authenticate == Authenticate::None {
            return Err(error(format!("`{name}` counts by credential, and this route takes none")));
        }
        let used = Use::of(limit, *cost)
            .map_err(|message| ConfigError::at(format!("routes[{at}].limits[{index}].cost"), message))?;
        uses.push(used);
    }
    Ok(uses)
}

/// Whether requests without credential have a count, be it one for all of them.
fn counts_without_credential(limit: &Limit) -> bool {
    !limit.needs_identity() || limit.when_missing == WhenMissing::Shared
}

impl Use {
    fn as_limit_says(limit: &Rc<Limit>) -> Self {
        Self { limit: Rc::clone(limit), cost: limit.cost.clone() }
    }

    /// A use at the cost that the route says, if it says one.
    fn of(limit: &Rc<Limit>, cost: Option<NonZeroU32>) -> Result<Self, String> {
        match cost {
            None => Ok(Self::as_limit_says(limit)),
            Some(cost) if exceeds(cost, limit.burst()) => Err(never_passes(limit.burst())),
            Some(cost) => Ok(Self { limit: Rc::clone(limit), cost: Cost::Fixed(cost) }),
        }
    }
}
