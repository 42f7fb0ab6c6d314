//! What a bundle carries.

mod error;

use std::collections::BTreeSet;

use jose::StrictValue;
use serde::de::Deserializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use error::ContentError;

use crate::bounded::bounded;
use crate::object::Object;
use crate::{MAX_ENTITIES, MAX_FILE_NAME_BYTES, MAX_LINKS, MAX_POLICY_FILES};

/// What decides: a schema, policies, and what they are linked to and speak of. None of it has been read; it is
/// for whoever knows the policy language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// The schema that the policies are validated against.
    #[serde(deserialize_with = "text")]
    pub schema: Text,
    /// The policies, at most [`MAX_POLICY_FILES`] texts.
    #[serde(deserialize_with = "policies")]
    pub policies: Vec<Text>,
    /// What fills the slots of templates, at most [`MAX_LINKS`].
    #[serde(deserialize_with = "links")]
    pub links: Vec<Link>,
    /// Entities in Cedar's JSON format, at most [`MAX_ENTITIES`]. Cedar has whole numbers only, and no others are
    /// kept to the last digit.
    #[serde(deserialize_with = "entities")]
    pub entities: Vec<Value>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// What messages call it: its path below the folder that the bundle was made from.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// A policy that is made from a template by filling its slots. The values are entity uids in Cedar's syntax,
/// such as `User::"zoe"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The id of the template.
    pub template: String,
    /// The id of the policy that it makes.
    pub id: String,
    /// The value of `?principal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// The value of `?resource`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

/// Links as a list by itself: what [`Content`] reads them with, for a file of them. It keeps one more than
/// [`MAX_LINKS`] at most, which [`Content::check`] refuses then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links(
    /// The links.
    pub Vec<Link>,
);

/// Entities as a list by itself, as [`Links`] are. They are read as strictly as a token: an entity with two
/// attributes of one name would be two entities to two readers.
#[derive(Debug, Clone, PartialEq)]
pub struct Entities(
    /// The entities.
    pub Vec<Value>,
);

impl Content {
    /// Hold it against the bounds.
    ///
    /// # Errors
    /// The first bound or rule of naming that it breaks.
    pub fn check(&self) -> Result<(), ContentError> {
        let Self { schema, policies, links, entities } = self;
        if policies.len() > MAX_POLICY_FILES {
            return Err(ContentError::TooManyPolicies);
        }
        if links.len() > MAX_LINKS {
            return Err(ContentError::TooManyLinks);
        }
        if entities.len() > MAX_ENTITIES {
            return Err(ContentError::TooManyEntities);
        }
        let mut names = BTreeSet::new();
        check_name(&schema.name)?;
        policies.iter().try_for_each(|Text { name, text: _ }| {
            check_name(name)?;
            names.insert(name).then_some(()).ok_or_else(|| ContentError::FileNameTwice(name.clone()))
        })
    }
}

fn check_name(name: &str) -> Result<(), ContentError> {
    if (1..=MAX_FILE_NAME_BYTES).contains(&name.len()) && !name.contains(char::is_control) {
        Ok(())
    } else {
        Err(ContentError::FileNameMalformed(name.to_owned()))
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    Object::deserialize(deserializer).map(|Object(text)| text)
}

fn policies<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Text>, D::Error> {
    let policies = bounded::<MAX_POLICY_FILES, Object<Text>, _>(deserializer)?;
    Ok(policies.into_iter().map(|Object(text)| text).collect())
}

fn links<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Link>, D::Error> {
    Links::deserialize(deserializer).map(|Links(links)| links)
}

fn entities<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    Entities::deserialize(deserializer).map(|Entities(entities)| entities)
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let links = bounded::<MAX_LINKS, Object<Link>, _>(deserializer)?;
        Ok(Self(links.into_iter().map(|Object(link)| link).collect()))
    }
}

impl<'de> Deserialize<'de> for Entities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entities = bounded::<MAX_ENTITIES, StrictValue, _>(deserializer)?;
        Ok(Self(entities.into_iter().map(|StrictValue(entity)| entity).collect()))
    }
}
