//! What a route asks of the policies: action, resource and context, checked against the schema.

use contract::{Authorize, ConfigError, ResourceTemplate, Route, RouteMatch};

use crate::context::{Context, Facts, Plan};
use crate::engine::{Action, Entity, EntityType, Schema, Sight, Store, Value};
use crate::principal::Principals;
use crate::reason::Denial;
use crate::resource::{Against, Resource};

/// What becomes of the requests of one route.
#[derive(Debug)]
pub(crate) enum Asked {
    /// The configuration says in words that no policy decides.
    Nothing,
    /// The policies decide.
    Question(Box<RouteQuestion>),
}

/// The question of one route.
#[derive(Debug)]
pub(crate) struct RouteQuestion {
    pub(crate) action: Action,
    resource: Resource,
    context: Context,
    /// The types of principal that the action takes: about others the validator has promised nothing.
    principals: Vec<EntityType>,
}

impl RouteQuestion {
    /// Whether the action takes principals of this type.
    pub(crate) fn takes(&self, principal: &EntityType) -> bool {
        self.principals.contains(principal)
    }

    /// Whether what is asked is another question a moment later.
    pub(crate) fn changes_with_time(&self) -> bool {
        self.context.changes_with_time()
    }

    /// What the request is about.
    pub(crate) fn resource<'a>(
        &'a self,
        route: &'a RouteMatch<'_>,
        store: &Store,
    ) -> Result<Entity<'a>, Denial> {
        self.resource.entity(route, store)
    }

    /// The context of the request.
    pub(crate) fn context<'a>(&'a self, facts: &Facts<'a>) -> Result<Vec<(&'a str, Value<'a>)>, Denial> {
        self.context.fill(facts)
    }
}

/// What routes are checked against.
pub(crate) struct Questions<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) sight: &'a Sight,
    pub(crate) store: &'a Store,
    pub(crate) principals: &'a Principals,
    pub(crate) plan: Plan<'a>,
}

impl Questions<'_> {
    /// Compile what every route asks, in the order of the table.
    ///
    /// # Errors
    /// At the field of the route that the schema does not agree with.
    pub(crate) fn compile(&self, routes: &[Route]) -> Result<Vec<Asked>, ConfigError> {
        let place = |(index, route)| Place { index, route, with: self };
        routes.iter().enumerate().map(|row| place(row).asked()).collect()
    }
}

/// One row of the route table with what it is checked against.
struct Place<'a> {
    index: usize,
    route: &'a Route,
    with: &'a Questions<'a>,
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
                self.question(action, resource).map(|question| Asked::Question(Box::new(question)))
            }
        }
    }

    fn question(&self, action: &str, resource: &ResourceTemplate) -> Result<RouteQuestion, ConfigError> {
        let Questions { schema, sight, store, plan, .. } = self.with;
        let (action, principals) = self.action(action)?;
        let type_name = self.resource_type(&action, &resource.type_name)?;
        self.check_not_who_asks(&type_name, &principals, resource)?;
        let seen = |name: &str| sight.sees_attribute(name);
        let against = Against { schema, store, seen: &seen, parameters: &self.route.parameters };
        let resource = Resource::new(resource, type_name, against)
            .map_err(|(field, message)| self.error(&format!(".resource{field}"), message))?;
        let context = plan
            .context(schema.context(&action), self.route)
            .map_err(|message| self.error(".action", format!("{}: {message}", action.name())))?;
        Ok(RouteQuestion { action, resource, context, principals })
    }

    /// What a path says of who asks could neither be believed nor be left out.
    fn check_not_who_asks(
        &self,
        type_name: &EntityType,
        principals: &[EntityType],
        resource: &ResourceTemplate,
    ) -> Result<(), ConfigError> {
        let says_something = !resource.attributes.is_empty() || !resource.parents.is_empty();
        if !says_something || !principals.contains(type_name) {
            return Ok(());
        }
        let message = format!(
            "a `{type_name}` can be who asks, of whom only verified facts count: leave `attributes` and \
             `parents` to claims and `entities`, or give the resource a type of its own"
        );
        Err(self.error(".resource", message))
    }

    /// The action, and the types of principal that it takes.
    fn action(&self, name: &str) -> Result<(Action, Vec<EntityType>), ConfigError> {
        let action = match self.with.schema.actions(name).as_slice() {
            [action] => Ok(action.clone()),
            [] => Err(format!("the schema has no action `{name}`")),
            several => {
                let names: Vec<_> = several.iter().map(Action::name).collect();
                Err(format!("several actions are called `{name}`; write one of {}", names.join(", ")))
            }
        };
        let action = action.map_err(|message| self.error(".action", message))?;
        let types = || self.with.principals.0.iter().map(|mapping| &mapping.type_name);
        let taken: Vec<_> =
            types().filter(|of| self.with.schema.takes_principal(&action, of)).cloned().collect();
        if !taken.is_empty() {
            return Ok((action, taken));
        }
        let names: Vec<_> = types().map(|of| format!("`{of}`")).collect();
        let message =
            format!("{} does not apply to the principal type {}", action.name(), names.join(" or "));
        Err(self.error(".action", message))
    }

    fn resource_type(&self, action: &Action, name: &str) -> Result<EntityType, ConfigError> {
        let error = |message| self.error(".resource.type", message);
        let found = self.with.schema.entity_type(name);
        let found = found.ok_or_else(|| error(format!("the schema has no entity type `{name}`")))?;
        if !self.with.schema.takes_resource(action, &found) {
            return Err(error(format!("{} does not apply to the resource type `{found}`", action.name())));
        }
        Ok(found)
    }

    fn error(&self, field: &str, message: impl std::fmt::Display) -> ConfigError {
        ConfigError::at(format!("routes[{}].authorize{field}", self.index), message)
    }
}
