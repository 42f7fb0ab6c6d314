//! What is known of a decision, wherever it is told.

use serde_json::{Value, json};
use testenv::Entry;
use testenv::client::Answer;

/// A decision: what the operator reads of it, and what the client gets.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    /// Members of the decision record that depend on nothing but the request.
    record: Value,
    /// `%RESPONSE_CODE_DETAILS%` and status of a local answer.
    local: Option<(String, u64)>,
    challenge: Option<String>,
    /// The problem document, without the id that a proxy gives a request.
    problem: Value,
}

/// Which members those are.
const MEMBERS: [&str; 8] =
    ["decision", "stage", "reason", "route", "path", "method", "provider", "evidence"];

impl Told {
    /// By the answer and the access log of a real proxy.
    pub(crate) fn by_envoy(answer: &Answer, entry: &Entry) -> Self {
        let details = entry.details.as_deref().filter(|details| details.starts_with("watchword_"));
        Self {
            record: record(&entry.decision()),
            local: details.map(|details| (details.to_owned(), answer.status.into())),
            challenge: answer.header("www-authenticate").map(str::to_owned),
            problem: details.map(|_| problem(answer.json())).unwrap_or_default(),
        }
    }

    /// By a line of the tool.
    pub(crate) fn by_tool(line: &str) -> Self {
        let report: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let client = &report["client"];
        let local = client["details"].as_str().zip(client["status"].as_u64());
        let fields = client["headers"].as_array().unwrap();
        let challenge = fields.iter().find(|field| field[0] == "www-authenticate");
        let body = client["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
        Self {
            record: record(&report["record"]),
            local: local.map(|(details, status)| (details.to_owned(), status)),
            challenge: challenge.and_then(|field| field[1].as_str()).map(str::to_owned),
            problem: body.map(problem).unwrap_or_default(),
        }
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.record["decision"] == "allow"
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.record["reason"].as_str()
    }
}

fn record(record: &Value) -> Value {
    MEMBERS
        .iter()
        .map(|member| ((*member).to_owned(), record[member].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn problem(mut problem: Value) -> Value {
    if let Some(members) = problem.as_object_mut() {
        members.remove("request_id");
    }
    json!(problem)
}
