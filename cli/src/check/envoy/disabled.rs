//! Filters that stand there and are turned off.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::check::finding::Findings;
use crate::check::rule::Rule;
use crate::sources::{Node, Plugin};

/// What a route says of a filter instead of its own message.
const FILTER_CONFIG: &str = "envoy.config.route.v3.FilterConfig";

/// By what our filters are known in a file of routes alone.
const PRODUCT: &str = "watchword";

/// Say which of our filters are turned off, and for which routes.
pub(crate) fn judge(findings: &mut Findings, document: &Rc<Node>, plugins: &[Plugin]) {
    let mut names = BTreeSet::new();
    document.each(&mut |node| {
        if runs(node, plugins) {
            names.extend(node.member("name").and_then(|name| name.text()));
            judge_off(findings, node, Rule::FilterDisabled, "no request is judged");
        }
    });
    document.each(&mut |node| {
        let routes = node.field("typed_per_filter_config").map(|of| of.entries()).unwrap_or_default();
        let ours = routes.iter().filter(|of| names.contains(of.name()) || of.name().contains(PRODUCT));
        for filter in ours.filter(|of| of.value.message_type() == Some(FILTER_CONFIG)) {
            judge_off(findings, &filter.value, Rule::RouteUnguarded, "no request of this route is judged");
        }
    });
}

/// Whether `filter` is one of HTTP that runs one of `plugins`, written out or as a typed struct.
fn runs(filter: &Node, plugins: &[Plugin]) -> bool {
    let Some(typed) = filter.field("typed_config") else { return false };
    let within = typed.field("value").and_then(|value| value.field("config"));
    let configs = typed.field("config").into_iter().chain(within);
    configs.into_iter().any(|config| plugins.iter().any(|plugin| Rc::ptr_eq(&plugin.node, config)))
}

fn judge_off(findings: &mut Findings, node: &Node, rule: Rule, consequence: &str) {
    if let Some(entry) = node.entry("disabled").filter(|entry| entry.value.flag() == Some(true)) {
        findings.key(rule, entry, "disabled", format!("the filter is off: {consequence}"));
    }
}
