//! On which routes a decision is carried out, and on which it is only recorded.

use contract::{Authorize, ConfigError, Route, RouteId, Section};

use crate::config::Mode;

/// The mode of every route, in the order of the table.
pub(crate) struct Modes(Vec<Mode>);

impl Modes {
    /// All routes in `mode`, but those called in `shadow_routes` in shadow.
    ///
    /// # Errors
    /// At a name that puts no route into shadow: whoever wrote it takes one for harmless that is not.
    pub(crate) fn compile(
        section: &Section<'_>,
        mode: Mode,
        shadow_routes: &[String],
        routes: &[Route],
    ) -> Result<Self, ConfigError> {
        let mut modes = vec![mode; routes.len()];
        for (index, name) in shadow_routes.iter().enumerate() {
            let error = |message| section.error(&format!("shadow_routes[{index}]"), message);
            let found = routes.iter().zip(&mut modes).find(|(route, _)| route.name == *name);
            let (route, mode) = found.ok_or_else(|| error(format!("there is no route `{name}`")))?;
            if !matches!(route.authorize, Some(Authorize::Action { .. })) {
                return Err(error(format!("no policy decides on `{name}`")));
            }
            if std::mem::replace(mode, Mode::Shadow) == Mode::Shadow {
                return Err(error(format!("`{name}` is in shadow already")));
            }
        }
        Ok(Self(modes))
    }

    /// So many routes, all in `mode`.
    #[cfg(test)]
    pub(crate) fn all(mode: Mode, routes: usize) -> Self {
        Self(vec![mode; routes])
    }

    /// The mode of a route. One that is unknown is in none, and nothing passes for it.
    pub(crate) fn of(&self, route: RouteId) -> Mode {
        self.0.get(route.0).copied().unwrap_or(Mode::Enforce)
    }
}
