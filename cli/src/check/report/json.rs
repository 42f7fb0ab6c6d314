//! Findings as JSON.

use serde_json::{Value, json};

use crate::check::finding::Finding;
use crate::check::rule::Severity;

/// All of them, in one document.
pub(crate) fn document(findings: &[Finding], checked: usize) -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "checked": checked,
        "findings": findings.iter().map(one).collect::<Vec<_>>(),
    })
}

fn one(finding: &Finding) -> Value {
    let place = &finding.at.place;
    json!({
        "rule": finding.rule.id(),
        "severity": severity(finding.rule.severity()),
        "file": place.file.path.display().to_string(),
        "line": place.line,
        "column": place.column,
        "end_column": place.column.saturating_add(finding.at.length),
        "field": finding.field,
        "message": finding.message,
        "help": finding.rule.help(),
    })
}

/// A severity by its name.
pub(crate) const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
