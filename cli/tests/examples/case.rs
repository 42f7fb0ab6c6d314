//! A table of requests, as an example writes it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value};

/// `cases.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[expect(dead_code, reason = "it is for who reads the table")]
    description: String,
    /// When requests come that do not say.
    #[serde(default = "noon")]
    pub(crate) at: String,
    /// Where they come from.
    pub(crate) address: Option<IpAddr>,
    pub(crate) cases: Vec<Case>,
}

/// One request, and what becomes of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Method and path.
    pub(crate) request: String,
    /// Header fields that the client sends.
    #[serde(default)]
    pub(crate) send: BTreeMap<String, String>,
    /// RFC 3339.
    pub(crate) at: Option<String>,
    pub(crate) address: Option<IpAddr>,
    /// The claims of a verified access token of the provider `corp`.
    pub(crate) user: Option<Map<String, Value>>,
    /// A verified key of the set `partners`.
    pub(crate) api_key: Option<ApiKey>,
    /// The workload at the other end of the connection, verified by mTLS.
    pub(crate) workload: Option<String>,
    /// The policies that permit it.
    pub(crate) allow: Option<Vec<String>>,
    pub(crate) deny: Option<Denial>,
    /// Lines of the decision record.
    #[serde(default)]
    pub(crate) record: Vec<String>,
    /// Header fields of the answer.
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKey {
    pub(crate) owner: String,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Denial {
    pub(crate) reason: String,
    /// The policies, or what else it rests on.
    #[serde(default)]
    pub(crate) by: Vec<String>,
}

fn noon() -> String {
    "2026-11-27T12:00:00Z".into()
}
