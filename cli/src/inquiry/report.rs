//! What is said of one request.

use std::collections::BTreeMap;

use contract::{Identity, RouteMatch};
use serde::Serialize;
use serde_json::{Map, Value};

use super::change::Change;

/// Everything that is known of how a request was judged.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) request: String,
    pub(crate) verdict: Verdict,
    /// Who has refused or answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// What it rests on: ids of policies, names of limits, versions of bundles.
    pub(crate) evidence: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<RouteSeen>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caller: Option<Caller>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) workload: Option<String>,
    /// Every judge in the order in which they have spoken; none where only the outside was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Step>,
    pub(crate) request_changes: Vec<Change>,
    pub(crate) response_changes: Vec<Change>,
    pub(crate) client: Client,
    /// The decision record.
    pub(crate) record: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<Run>,
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Allow,
    Answer,
    Refuse,
    /// Nothing, for as long as was waited.
    Undecided,
}

/// The row of the route table.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RouteSeen {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parameters: BTreeMap<String, String>,
    /// The limits that it counts against.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) limits: Vec<String>,
}

/// Who was verified, with the claims that may be shown.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Caller {
    pub(crate) provider: String,
    pub(crate) kind: Value,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) audience: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) scopes: Vec<String>,
    /// In seconds since the epoch.
    pub(crate) expires: u64,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) claims: Map<String, Value>,
}

/// What one judge has said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Step {
    pub(crate) by: &'static str,
    /// The phase of a stage, or what the route table has judged.
    pub(crate) at: &'static str,
    /// `pass`, `forward`, `wait`, `ask`, `answer` or `refuse`.
    pub(crate) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) evidence: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) request_changes: Vec<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) response_changes: Vec<Change>,
}

/// What the client gets. Without a status, the service answers, and these fields are set in its answer.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Client {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grpc_status: Option<i64>,
    /// `%RESPONSE_CODE_DETAILS%` of the access log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) details: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
}

/// What the run of a real module has shown beside the verdict.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Run {
    /// Instructions of the interpreter in the callback of the request's headers.
    pub(crate) instructions: u64,
    pub(crate) log: Vec<String>,
    /// Counters and gauges that the request has changed, with their new values.
    pub(crate) metrics: BTreeMap<String, u64>,
}

impl RouteSeen {
    pub(crate) fn of(route: &RouteMatch<'_>) -> Self {
        Self {
            name: route.route.name.clone(),
            parameters: route.parameters.iter().cloned().collect(),
            limits: route.route.limits.iter().map(|limit| limit.name.clone()).collect(),
        }
    }
}

impl Caller {
    /// The facts that every credential has, and the claims called `shown`.
    pub(crate) fn of(identity: &Identity, shown: &[String]) -> Self {
        let facts = identity.facts();
        let claims = shown.iter().filter_map(|name| Some((name.clone(), identity.claim(name)?.clone())));
        Self {
            provider: facts.provider.clone(),
            kind: serde_json::to_value(facts.kind).unwrap_or_default(),
            issuer: facts.issuer.clone(),
            subject: facts.subject.clone(),
            audience: facts.audience.clone(),
            scopes: facts.scopes.clone(),
            expires: facts.expires,
            claims: claims.collect(),
        }
    }
}
