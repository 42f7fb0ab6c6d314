//! What a route asks of the policies: action, resource and context, checked against the schema.

use std::borrow::Cow;

use contract::{Authorize, ConfigError, Request, ResourceTemplate, Route};

use crate::context::Context;
use crate::engine::{Action, EntityType, Schema, Value};
use crate::reason::Denial;
use crate::resource::ResourceId;

/// What becomes of the requests of one route.
pub(crate) enum Asked {
    /// The configuration says in words that no policy decides.
    Nothing,
    /// The policies decide.
    Question(RouteQuestion),
}

/// The question of one route.
pub(crate) struct RouteQuestion {
    pub(crate) action: Action,
    pub(crate) resource_type: EntityType,
    resource_id: ResourceId,
    context: Context,
}

impl RouteQuestion {
    /// The id of the resource that `request` is about.
    pub(crate) fn resource_id<'a>(&'a self, request: &Request<'a>) -> Result<Cow<'a, str>, Denial> {
        self.resource_id.fill(request.route)
    }

    /// The context of `request`.
    pub(crate) fn context<'a>(
        &'a self,
        request: &Request<'a>,
    ) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        self.context.fill(request)
    }
}

/// Compile what every route asks, in the order of the table.
///
/// # Errors
/// At the field of the route that the schema does not agree with.
pub(crate) fn compile(
    routes: &[Route],
    principal: &EntityType,
    schema: &Schema,
) -> Result<Vec<Asked>, ConfigError> {
    let place = |(index, route)| Place { index, route, principal, schema };
    routes.iter().enumerate().map(|row| place(row).asked()).collect()
}

/// One row of the route table with what it is checked against.
struct Place<'a> {
    index: usize,
    route: &'a Route,
    principal: &'a EntityType,
    schema: &'a Schema,
}

impl Place<'_> {
    fn asked(&self) -> Result<Asked, ConfigError> {
        match &self.route.authorize {
            None => {
                let message = "missing: name an action and a resource, or say `none` if no policy decides";
                Err(self.error("", message))
            }
            Some(Authorize::None) => Ok(Asked::Nothing),
            Some(Authorize::Action { action, resource }) => {
                self.question(action, resource).map(Asked::Question)
            }
        }
    }

    fn question(&self, action: &str, resource: &ResourceTemplate) -> Result<RouteQuestion, ConfigError> {
        let action = self.action(action)?;
        let resource_type = self.resource_type(&action, &resource.type_name)?;
        let resource_id = ResourceId::parse(&resource.id, &self.route.parameters)
            .map_err(|message| self.error(".resource.id", message))?;
        self.check_enumeration(&resource_type, &resource_id)?;
        let context = Context::plan(self.schema.context(&action), self.route)
            .map_err(|message| self.error(".action", format!("{}: {message}", action.name())))?;
        Ok(RouteQuestion { action, resource_type, resource_id, context })
    }

    fn action(&self, name: &str) -> Result<Action, ConfigError> {
        let action = match self.schema.actions(name).as_slice() {
            [action] => Ok(action.clone()),
            [] => Err(format!("the schema has no action `{name}`")),
            several => {
                let names: Vec<_> = several.iter().map(Action::name).collect();
                Err(format!("several actions are called `{name}`; write one of {}", names.join(", ")))
            }
        };
        let action = action.map_err(|message| self.error(".action", message))?;
        if self.schema.takes_principal(&action, self.principal) {
            return Ok(action);
        }
        let message =
            format!("{} does not apply to the principal type `{}`", action.name(), self.principal);
        Err(self.error(".action", message))
    }

    fn resource_type(&self, action: &Action, name: &str) -> Result<EntityType, ConfigError> {
        let error = |message| self.error(".resource.type", message);
        let found = self.schema.entity_type(name);
        let found = found.ok_or_else(|| error(format!("the schema has no entity type `{name}`")))?;
        if !self.schema.takes_resource(action, &found) {
            return Err(error(format!("{} does not apply to the resource type `{found}`", action.name())));
        }
        match self.schema.attributes(&found).iter().find(|attribute| attribute.required) {
            None => Ok(found),
            Some(attribute) => Err(error(format!(
                "`{found}` requires the attribute `{}`, and a route knows a resource's id alone",
                attribute.name
            ))),
        }
    }

    /// The validator has judged the policies in the belief that no other ids exist.
    fn check_enumeration(&self, of: &EntityType, id: &ResourceId) -> Result<(), ConfigError> {
        let Some(ids) = self.schema.ids(of) else {
            return Ok(());
        };
        if id.fixed().is_some_and(|fixed| ids.iter().any(|one| one == fixed)) {
            return Ok(());
        }
        let message = format!("the schema limits the ids of `{of}` to {}", ids.join(", "));
        Err(self.error(".resource.id", message))
    }

    fn error(&self, field: &str, message: impl std::fmt::Display) -> ConfigError {
        ConfigError::at(format!("routes[{}].authorize{field}", self.index), message)
    }
}
