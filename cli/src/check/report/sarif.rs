//! Findings in SARIF 2.1.0 (OASIS), as code hosts and editors read them.

use serde_json::{Value, json};

use super::json::severity;
use crate::check::finding::Finding;
use crate::check::rule::Rule;

/// A log with one run.
pub(crate) fn log(findings: &[Finding]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "watchword",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": Rule::all().iter().map(|rule| described(*rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn described(rule: Rule) -> Value {
    json!({
        "id": rule.id(),
        "shortDescription": { "text": rule.id().replace('-', " ") },
        "help": { "text": rule.help() },
        "defaultConfiguration": { "level": severity(rule.severity()) },
    })
}

fn result(finding: &Finding) -> Value {
    let place = &finding.at.place;
    let uri = place.file.path.to_string_lossy().replace('\\', "/").replace('%', "%25").replace(' ', "%20");
    json!({
        "ruleId": finding.rule.id(),
        "ruleIndex": Rule::all().iter().position(|rule| *rule == finding.rule),
        "level": severity(finding.rule.severity()),
        "message": { "text": format!("{}. {}", finding.title(), finding.rule.help()) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri },
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endColumn": place.column.saturating_add(finding.at.length),
            },
        } }],
    })
}
