//! The section `authz` as it is written. Every type mirrors the document; `compile` builds from them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::claim::ClaimPath;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuthz {
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The names of routes on which decisions are only recorded, whatever `mode` says.
    #[serde(default)]
    pub(crate) shadow_routes: Vec<String>,
    /// A schema in Cedar's own syntax.
    pub(crate) schema: String,
    /// Policies in Cedar's own syntax.
    pub(crate) policies: String,
    pub(crate) principal: RawPrincipal,
}

/// What becomes of a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    /// It is carried out.
    #[default]
    Enforce,
    /// It is only recorded. This and a policy's `@shadow` are the fail-opens of the stage.
    Shadow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPrincipal {
    /// The entity type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    #[serde(default = "ClaimPath::subject")]
    pub(crate) id: ClaimPath,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, RawAttribute>,
    pub(crate) parents: Option<RawParents>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAttribute {
    pub(crate) claim: ClaimPath,
    #[serde(rename = "type")]
    pub(crate) kind: AttributeKind,
    #[serde(default = "yes")]
    pub(crate) required: bool,
}

/// The types that a claim can be mapped to. None of them converts: `"3"` is no long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AttributeKind {
    String,
    Long,
    Bool,
    SetOfStrings,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawParents {
    /// The entity type of every parent.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// A string, or a list of strings.
    pub(crate) claim: ClaimPath,
    /// Like an attribute's: a `forbid` of a group must not be evaded by a token that says nothing of groups.
    #[serde(default = "yes")]
    pub(crate) required: bool,
}

const fn yes() -> bool {
    true
}
