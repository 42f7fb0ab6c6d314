//! The section `authz` as it is written. Every type mirrors the document; `compile` builds from them.

use std::collections::BTreeMap;

use bundle::Link;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::claim::ClaimPath;
use crate::rules::{RawBundle, RawRules};

/// What may be done: Cedar policies, and how requests become questions to them. The policies stand in `schema` and
/// `policies`, or in a `bundle`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Authz", transform = contract::schema::either("schema policies", "bundle", "links entities")))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAuthz {
    /// What becomes of decisions.
    #[serde(default)]
    pub(crate) mode: Mode,
    /// The names of routes on which decisions are only recorded, whatever `mode` says.
    #[serde(default)]
    pub(crate) shadow_routes: Vec<String>,
    /// A schema in Cedar's own syntax, which policies, routes and principals are checked against.
    pub(crate) schema: Option<String>,
    /// Policies in Cedar's own syntax, each with an `@id`.
    pub(crate) policies: Option<String>,
    /// Links of templates among the policies.
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    /// Entities in Cedar's JSON format: what policies know beyond the request.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::rules::entities"))]
    pub(crate) entities: Vec<Json>,
    /// A signed bundle that holds all of the above.
    pub(crate) bundle: Option<RawBundle>,
    /// Rules that are judged beside those in force: where they differ is recorded and counted.
    pub(crate) candidate: Option<RawRules>,
    /// How callers become principals: one kind of caller at least, and no caller may be of two.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) principals: Vec<RawPrincipal>,
    /// Members of the context beyond those that every request has, by their names in the schema.
    #[serde(default)]
    pub(crate) context: BTreeMap<String, RawMember>,
    /// The header field of responses in which a client reads the `@public_reason` of the policies that
    /// decided: a name that means nothing else to clients. Where nothing is said, clients are told nothing.
    #[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))]
    pub(crate) public_reason_header: Option<String>,
}

/// What becomes of a decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(schemars::JsonSchema, serde::Serialize),
    schemars(rename = "AuthzMode")
)]
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
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Principal"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawPrincipal {
    /// Which callers are meant.
    pub(crate) of: Caller,
    /// The providers whose callers are meant; without it, all that no other entry names.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub(crate) providers: Option<Vec<String>>,
    /// The entity type, as the schema declares it.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The claim that is the entity's id.
    #[serde(default = "ClaimPath::subject")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "sub")))]
    pub(crate) id: ClaimPath,
    /// Its attributes, by their names in the schema.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, RawAttribute>,
    /// The entities that it is in, such as groups.
    #[serde(default)]
    pub(crate) parents: Vec<RawParents>,
}

/// The kinds of caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Caller"))]
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

/// An attribute of a principal.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Attribute"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawAttribute {
    /// The claim that it is read from.
    pub(crate) claim: ClaimPath,
    /// Whether a caller without the claim is refused. The attribute is optional in the schema otherwise.
    #[serde(default = "yes")]
    pub(crate) required: bool,
    /// A string stands for the set of its words, as `scope` does.
    #[serde(default)]
    pub(crate) split: bool,
}

/// Entities that a principal is in.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Parents"))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawParents {
    /// The entity type of every parent.
    #[serde(rename = "type")]
    pub(crate) type_name: String,
    /// The claim that has their ids: a string, or a list of strings.
    pub(crate) claim: ClaimPath,
    /// Whether a caller without the claim is refused, as of an attribute: a `forbid` of a group must not be evaded by a token that says nothing of groups.
    #[serde(default = "yes")]
    pub(crate) required: bool,
}

/// Where a member of the context comes from: exactly one of these.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Member"))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RawMember {
    /// A header field of the request: the client's own word.
    Header(#[cfg_attr(feature = "schema", schemars(regex(pattern = contract::schema::TOKEN)))] String),
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
