//! The section `authz` as it is written. Every type mirrors the document; `compile` builds from them.

use std::collections::BTreeMap;

use bundle::Link;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::claim::ClaimPath;
use crate::rules::{RawBundle, RawRules};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuthz {
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The names of routes on which decisions are only recorded, whatever `mode` says.
    #[serde(default)]
    pub(crate) shadow_routes: Vec<String>,
    /// This and the next four as of [`RawRules`].
    pub(crate) schema: Option<String>,
    pub(crate) policies: Option<String>,
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    #[serde(default)]
    pub(crate) entities: Vec<Json>,
    pub(crate) bundle: Option<RawBundle>,
    /// Rules that are judged beside those in force: where they differ is recorded and counted.
    pub(crate) candidate: Option<RawRules>,
    pub(crate) principals: Vec<RawPrincipal>,
    /// Members of the context beyond those that every request has, by their names in the schema.
    #[serde(default)]
    pub(crate) context: BTreeMap<String, RawMember>,
    /// The header field of responses in which a client reads the `@public_reason` of the policies that
    /// decided.
    pub(crate) public_reason_header: Option<String>,
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

/// How one kind of caller becomes a principal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPrincipal {
    pub(crate) of: Caller,
    /// The providers whose callers are meant; without it, all that no other entry names.
    pub(crate) providers: Option<Vec<String>>,
    /// The entity type.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    #[serde(default = "ClaimPath::subject")]
    pub(crate) id: ClaimPath,
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, RawAttribute>,
    #[serde(default)]
    pub(crate) parents: Vec<RawParents>,
}

/// The kinds of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Caller {
    /// Whoever holds a verified token.
    Users,
    /// Whoever holds an API key.
    ApiKeys,
    /// A workload that was verified by mTLS where no credential was, or that holds a JWT-SVID. It has the
    /// claims `sub`, its SPIFFE ID, and `trust_domain` and `path`, its parts.
    Workloads,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAttribute {
    pub(crate) claim: ClaimPath,
    #[serde(default = "yes")]
    pub(crate) required: bool,
    /// A string stands for the set of its words, as `scope` does.
    #[serde(default)]
    pub(crate) split: bool,
}

#[derive(Debug, Clone, Deserialize)]
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

/// Where a member of the context comes from: exactly one of these.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RawMember {
    /// A header field of the request: the client's own word.
    Header(String),
    /// A parameter of the query: the client's own word.
    Query(String),
    /// A parameter of the route's path.
    Parameter(String),
    /// A claim of the verified caller.
    Claim(ClaimPath),
}

const fn yes() -> bool {
    true
}
