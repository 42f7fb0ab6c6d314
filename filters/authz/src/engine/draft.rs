//! Policy texts to validated policies, some statements at a time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use cedar_policy_core::ast::{EntityUID, Policy, PolicyID, PolicySet, SlotId, Template};
use cedar_policy_core::parser;

use super::fault::Fault;
use super::nesting::{self, Grammar};
use super::policies::Policies;
use super::rule::{Rule, annotation};
use super::schema::{EntityType, Schema};
use super::sight::Sight;
use super::statements::{Part, Place, part};
use super::validity;

/// Policies of which some have been read.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    rules: Vec<Rule>,
    sight: Sight,
    templates: HashMap<PolicyID, Arc<Template>>,
    /// Templates that are linked.
    used: HashSet<PolicyID>,
    /// Of policies, templates and links: a record names any of them by its id alone.
    ids: HashSet<PolicyID>,
}

/// A template with its slots filled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewLink<'a> {
    pub(crate) template: &'a str,
    pub(crate) id: &'a str,
    /// For `?principal`, such as `User::"zoe"`.
    pub(crate) principal: Option<&'a str>,
    /// For `?resource`.
    pub(crate) resource: Option<&'a str>,
}

impl Draft {
    /// Read at most so many statements of `text` from `start`, and validate them in Cedar's strict mode. Where
    /// the next ones start; nothing when there are no more. Policies without `@id` are called `policy<N>`,
    /// counted from 0 in the text, behind `prefix`.
    ///
    /// # Errors
    /// With the first fault of these statements.
    pub(crate) fn read(
        &mut self,
        text: &str,
        prefix: &str,
        start: Place,
        most: usize,
        schema: &Schema,
    ) -> Result<Option<Place>, Fault> {
        let Some((part, end)) = part(text, start, most) else {
            return Ok(None);
        };
        self.read_part(part, prefix, schema).map_err(|fault| fault.behind(start.bytes))?;
        Ok(Some(end))
    }

    fn read_part(&mut self, part: Part<'_>, prefix: &str, schema: &Schema) -> Result<(), Fault> {
        nesting::check(part.text, Grammar::Policies)?;
        let parsed = parser::parse_policyset(part.text).map_err(|errors| Fault::found(&errors))?;
        let set = self.named(parsed, prefix, part.start.statements)?;
        validate(&set, schema)?;
        self.templates.extend(set.templates().filter_map(|template| {
            let id = template.id().clone();
            set.get_template_arc(&id).map(|template| (id, template))
        }));
        set.into_policies().try_for_each(|policy| self.take(policy))
    }

    /// Give every policy and template the id of its `@id`; the others keep Cedar's `policy<N>`, counted on.
    fn named(&mut self, parsed: PolicySet, prefix: &str, first: usize) -> Result<PolicySet, Fault> {
        let mut named = PolicySet::new();
        let templates: Vec<_> = parsed.templates().cloned().collect();
        for template in templates {
            let id = self.id(template.id(), annotation(template.annotations(), "id"), prefix, first);
            let id = id.map_err(|message| Fault::located(template.loc(), message))?;
            let added = named.add_template(template.new_id(id));
            added.map_err(|error| Fault::located(template.loc(), error.to_string()))?;
        }
        for policy in parsed.into_policies() {
            let loc = policy.loc().cloned();
            let id = self.id(policy.id(), annotation(policy.annotations(), "id"), prefix, first);
            let id = id.map_err(|message| Fault::located(loc.as_ref(), message))?;
            let policy = if *policy.id() == id { policy } else { policy.new_id(id) };
            let added = named.add(policy);
            added.map_err(|error| Fault::located(loc.as_ref(), error.to_string()))?;
        }
        Ok(named)
    }

    fn id(
        &mut self,
        given: &PolicyID,
        written: Option<&str>,
        prefix: &str,
        first: usize,
    ) -> Result<PolicyID, String> {
        let id = match written {
            Some("") => return Err("`@id` is empty".into()),
            Some(id) => PolicyID::from_string(id),
            None => numbered(given, prefix, first),
        };
        if self.ids.insert(id.clone()) {
            Ok(id)
        } else {
            Err(format!("the policy id `{id}` is used twice"))
        }
    }

    /// Fill the slots of a template that was read before.
    ///
    /// # Errors
    /// With a message, when there is no such template, a slot stays empty, or the policy is not valid.
    pub(crate) fn link(&mut self, link: NewLink<'_>, schema: &Schema) -> Result<(), String> {
        let NewLink { template, id, principal, resource } = link;
        let template = PolicyID::from_string(template);
        let found = self.templates.get(&template);
        let found = Arc::clone(found.ok_or_else(|| format!("there is no template `{template}`"))?);
        let id = self.id(&template, Some(id), "", 0)?;
        let slots = [(SlotId::principal(), principal), (SlotId::resource(), resource)];
        let slots = slots.into_iter().filter_map(|(slot, text)| Some((slot, text?)));
        let slots = slots.map(|(slot, text)| Ok((slot, entity(text, schema)?)));
        let slots = slots.collect::<Result<HashMap<_, _>, String>>()?;
        let policy = Template::link(found, id, slots).map_err(|error| error.to_string())?;
        validate(&PolicySet::singleton(policy.clone()), schema).map_err(Fault::into_message)?;
        self.used.insert(template);
        self.take(policy).map_err(Fault::into_message)
    }

    fn take(&mut self, policy: Policy) -> Result<(), Fault> {
        let rule = Rule::new(policy, &mut self.sight)?;
        self.rules.push(rule);
        Ok(())
    }

    /// The policies.
    ///
    /// # Errors
    /// When a template has no link: it would never apply, and nobody would notice.
    pub(crate) fn finish(self) -> Result<Policies, Fault> {
        let unused = self.templates.keys().filter(|id| !self.used.contains(*id)).min();
        if let Some(id) = unused {
            return Err(Fault::anywhere(format!(
                "the template `{id}` has no link: nothing would ever fill its slots"
            )));
        }
        Policies::of(self.rules, self.sight)
    }
}

/// The id of a policy without a name of its own, which Cedar has numbered within its part of the text.
fn numbered(given: &PolicyID, prefix: &str, first: usize) -> PolicyID {
    let given = given.to_string();
    let number = given.strip_prefix("policy").and_then(|number| number.parse::<usize>().ok());
    match number {
        Some(number) => PolicyID::from_string(format!("{prefix}policy{}", number.saturating_add(first))),
        None => PolicyID::from_string(format!("{prefix}{given}")),
    }
}

/// The entity that fills a slot. The validator looks at the ids of an enumeration in templates, not in links.
fn entity(text: &str, schema: &Schema) -> Result<EntityUID, String> {
    let uid: EntityUID =
        text.parse().map_err(|_| format!("`{text}` is no entity: write it as `User::\"zoe\"`"))?;
    let id: &str = uid.eid().as_ref();
    match schema.ids(&EntityType(uid.entity_type().clone())) {
        Some(ids) if !ids.iter().any(|one| one == id) => {
            Err(format!("the schema limits the ids of `{}` to {}", uid.entity_type(), ids.join(", ")))
        }
        Some(_) | None => Ok(uid),
    }
}

fn validate(policies: &PolicySet, schema: &Schema) -> Result<(), Fault> {
    let errors = validity::errors(policies, schema.types());
    let faults = errors.iter().map(|error| Fault::found(error));
    // The errors come in no order; whoever mends a text wants the first one first.
    match faults.min_by(|one, other| one.place().cmp(&other.place())) {
        None => Ok(()),
        Some(fault) => Err(fault),
    }
}

#[cfg(test)]
impl Policies {
    /// All of a text.
    pub(super) fn parse(text: &str, schema: &Schema) -> Result<Self, Fault> {
        let mut draft = Draft::default();
        let mut at = Some(Place::default());
        while let Some(place) = at {
            at = draft.read(text, "", place, 3, schema)?;
        }
        draft.finish()
    }
}
