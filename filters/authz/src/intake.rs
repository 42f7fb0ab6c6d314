//! Schema, policies and entities to a ruleset, in slices: a worker that takes in ten thousand policies must
//! serve requests in between.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::vec;

use bundle::{Content, Link, Text};
use contract::ConfigError;
use serde_json::Value as Json;

use crate::cache::Cache;
use crate::engine::{Draft, Fault, NewLink, Place, Policies, Schema, Store, StoreDraft};
use crate::origin::Origin;
use crate::ruleset::Ruleset;
use crate::terms::{Agreed, Terms};

/// Statements, links or entities in one slice. A statement takes 60 to 120 microseconds in the module, most of
/// it to be validated; so this is at most 20 milliseconds or so.
const SLICE: usize = 150;

/// Sound rules, by numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validated {
    /// Policies, links of templates among them.
    pub policies: usize,
    /// Entities, actions of the schema among them.
    pub entities: usize,
}

/// Check schema, policies, links and entities by themselves: as a filter does when it takes them in, but for what
/// its own configuration must agree with.
///
/// # Errors
/// With the first thing that is wrong. The message names the part, line and column.
pub fn validate(content: Content) -> Result<Validated, ConfigError> {
    let terms = Terms { principals: Vec::new(), context: BTreeMap::new(), routes: Vec::new() };
    Intake::new(content, Rc::new(terms), Origin::Bundle("bundle")).validate()
}

/// Rules on their way in.
#[derive(Debug)]
pub(crate) struct Intake {
    terms: Rc<Terms>,
    origin: Origin,
    step: Step,
}

/// What comes next.
#[derive(Debug)]
enum Step {
    Schema(Box<Content>),
    Statements { rest: Rest, texts: vec::IntoIter<Text>, open: Option<(Text, Place)> },
    Links { rest: Rest, links: vec::IntoIter<Link> },
    Entities { rest: Rest },
    Close { rest: Rest },
    Index { schema: Box<Schema>, draft: Draft, store: Store },
    Agree { schema: Box<Schema>, policies: Policies, store: Store },
    Over,
}

/// What later steps need, and earlier ones have made.
#[derive(Debug)]
struct Rest {
    schema: Box<Schema>,
    draft: Draft,
    store: StoreDraft,
    links: vec::IntoIter<Link>,
    entities: std::iter::Enumerate<vec::IntoIter<Json>>,
}

impl Intake {
    /// Take in `content`, which must agree with `terms`.
    pub(crate) fn new(content: Content, terms: Rc<Terms>, origin: Origin) -> Self {
        Self { terms, origin, step: Step::Schema(Box::new(content)) }
    }

    /// Take in all of it at once.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub(crate) fn complete(mut self) -> Result<Ruleset, ConfigError> {
        loop {
            if let Some(ruleset) = self.advance()? {
                return Ok(ruleset);
            }
        }
    }

    /// Take in all of it but what must agree with the terms.
    ///
    /// # Errors
    /// With the first thing that is wrong.
    pub(crate) fn validate(mut self) -> Result<Validated, ConfigError> {
        loop {
            if let Step::Agree { policies, store, .. } = &self.step {
                return Ok(Validated { policies: policies.len(), entities: store.len() });
            }
            self.advance()?;
        }
    }

    /// Take in one slice. The ruleset, once that was the last.
    ///
    /// # Errors
    /// With what is wrong. Nothing comes after that.
    pub(crate) fn advance(&mut self) -> Result<Option<Ruleset>, ConfigError> {
        let step = std::mem::replace(&mut self.step, Step::Over);
        self.step = match step {
            Step::Schema(content) => self.schema(*content)?,
            Step::Statements { rest, texts, open } => self.statements(rest, texts, open)?,
            Step::Links { rest, links } => self.links(rest, links)?,
            Step::Entities { rest } => self.entities(rest)?,
            Step::Close { rest } => self.close(rest)?,
            Step::Index { schema, draft, store } => {
                let policies = draft.finish().map_err(|fault| self.origin.in_policies(&fault))?;
                Step::Agree { schema, policies, store }
            }
            Step::Agree { schema, policies, store } => {
                let Agreed { principals, routes } = self.terms.agree(&schema, policies.sight(), &store)?;
                let (version, cache) = (None, Cache::default());
                return Ok(Some(Ruleset { policies, store, principals, routes, version, cache }));
            }
            Step::Over => return Err(self.origin.over()),
        };
        Ok(None)
    }

    /// What comes next, for whoever measures it.
    #[cfg(test)]
    pub(crate) fn step(&self) -> String {
        format!("{:.12}", format!("{:?}", self.step))
    }

    fn schema(&self, content: Content) -> Result<Step, ConfigError> {
        let Content { schema: text, policies, links, entities } = content;
        let schema = Schema::parse(&text.text).map_err(|fault| self.origin.in_schema(&text, &fault))?;
        let rest = Rest {
            schema: Box::new(schema),
            draft: Draft::default(),
            store: StoreDraft::default(),
            links: links.into_iter(),
            entities: entities.into_iter().enumerate(),
        };
        Ok(Step::Statements { rest, texts: policies.into_iter(), open: None })
    }

    fn statements(
        &self,
        mut rest: Rest,
        mut texts: vec::IntoIter<Text>,
        open: Option<(Text, Place)>,
    ) -> Result<Step, ConfigError> {
        let next = open.or_else(|| texts.next().map(|text| (text, Place::default())));
        let Some((text, place)) = next else {
            let links = std::mem::take(&mut rest.links);
            return Ok(Step::Links { rest, links });
        };
        let prefix = self.origin.prefix(&text);
        let next = rest.draft.read(&text.text, &prefix, place, SLICE, &rest.schema);
        let next = next.map_err(|fault| self.origin.in_text(&text, &fault))?;
        Ok(Step::Statements { rest, texts, open: next.map(|place| (text, place)) })
    }

    fn links(&self, mut rest: Rest, mut links: vec::IntoIter<Link>) -> Result<Step, ConfigError> {
        for link in links.by_ref().take(SLICE) {
            let Link { template, id, principal, resource } = &link;
            let (principal, resource) = (principal.as_deref(), resource.as_deref());
            let new = NewLink { template, id, principal, resource };
            rest.draft.link(new, &rest.schema).map_err(|message| self.origin.in_link(id, message))?;
        }
        if links.as_slice().is_empty() {
            Ok(Step::Entities { rest })
        } else {
            Ok(Step::Links { rest, links })
        }
    }

    fn entities(&self, mut rest: Rest) -> Result<Step, ConfigError> {
        for (index, entity) in rest.entities.by_ref().take(SLICE) {
            let read = rest.store.read(entity, &rest.schema);
            read.map_err(|message| self.origin.in_entity(index, message))?;
        }
        if rest.entities.len() == 0 { Ok(Step::Close { rest }) } else { Ok(Step::Entities { rest }) }
    }

    fn close(&self, rest: Rest) -> Result<Step, ConfigError> {
        let Rest { schema, draft, store, .. } = rest;
        let store = store.close(&schema).map_err(|message| self.origin.in_entities(message))?;
        Ok(Step::Index { schema, draft, store })
    }
}

impl Origin {
    fn in_schema(&self, text: &Text, fault: &Fault) -> ConfigError {
        self.at("schema", &text.name, fault.in_schema(&text.text))
    }

    fn in_text(&self, text: &Text, fault: &Fault) -> ConfigError {
        self.at("policies", &text.name, fault.in_policies(&text.text))
    }

    fn in_policies(&self, fault: &Fault) -> ConfigError {
        self.at("policies", "", fault.in_policies(""))
    }

    fn in_link(&self, id: &str, message: String) -> ConfigError {
        self.at("links", "links", format!("the link `{id}`: {message}"))
    }

    fn in_entity(&self, index: usize, message: String) -> ConfigError {
        self.at(&format!("entities[{index}]"), &format!("entities[{index}]"), message)
    }

    fn in_entities(&self, message: String) -> ConfigError {
        self.at("entities", "entities", message)
    }

    fn over(&self) -> ConfigError {
        self.at("policies", "", "refused before".into())
    }
}
