//! A connection manager with our filter.

use std::rc::Rc;

use crate::check::finding::Findings;
use crate::check::rule::Rule;
use crate::sources::{Node, Plugin};

const ROUTER: &str = "envoy.extensions.filters.http.router.v3.Router";

/// What changes the path behind the filter.
const REWRITES: [&str; 4] = ["prefix_rewrite", "regex_rewrite", "path_rewrite", "path_rewrite_policy"];

/// `PathWithEscapedSlashesAction`, in the order of its numbers.
const SLASH_ACTIONS: [&str; 5] = [
    "IMPLEMENTATION_SPECIFIC_DEFAULT",
    "KEEP_UNCHANGED",
    "REJECT_REQUEST",
    "UNESCAPE_AND_REDIRECT",
    "UNESCAPE_AND_FORWARD",
];

/// `ForwardClientCertDetails`, in the order of its numbers.
const CERTIFICATE_DETAILS: [&str; 5] =
    ["SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET", "ALWAYS_FORWARD_ONLY"];

/// Whether one of `plugins` is among its filters.
pub(super) fn guards(manager: &Node, plugins: &[Plugin]) -> bool {
    filters(manager).iter().any(|filter| is_ours(filter, plugins))
}

/// Say what is wrong with it.
pub(super) fn judge(findings: &mut Findings, manager: &Rc<Node>, plugins: &[Plugin]) {
    judge_order(findings, manager, plugins);
    judge_idle_timeout(findings, manager);
    judge_path(findings, manager);
    judge_certificate(findings, manager);
    judge_client_address(findings, manager, plugins);
    judge_rewrites(findings, manager);
}

fn filters(manager: &Node) -> &[Rc<Node>] {
    manager.field("http_filters").map(|filters| filters.items()).unwrap_or_default()
}

fn is_ours(filter: &Rc<Node>, plugins: &[Plugin]) -> bool {
    let mut found = false;
    filter.each(&mut |node| found |= plugins.iter().any(|plugin| Rc::ptr_eq(&plugin.node, node)));
    found
}

fn is_router(filter: &Node) -> bool {
    filter.field("typed_config").and_then(|config| config.message_type()) == Some(ROUTER)
}

fn judge_order(findings: &mut Findings, manager: &Node, plugins: &[Plugin]) {
    let filters = filters(manager);
    let Some(router) = filters.iter().position(|filter| is_router(filter)) else {
        let message = "there is no router behind the filter: requests are not forwarded";
        return findings.node(Rule::FilterUnreachable, manager, "http_filters", message);
    };
    for filter in filters.iter().skip(router).filter(|filter| is_ours(filter, plugins)) {
        findings.node(
            Rule::FilterUnreachable,
            filter,
            "http_filters",
            "stands behind the router: no request reaches it",
        );
    }
}

fn judge_idle_timeout(findings: &mut Findings, manager: &Node) {
    let field = "stream_idle_timeout";
    let Some(timeout) = manager.field_entry(field) else {
        let message = "is not set: a request that waits in a VM that has trapped hangs for 5 minutes, Envoy's default";
        return findings.node(Rule::StreamIdleTimeout, manager, field, message);
    };
    let text = timeout.value.text().unwrap_or_default();
    if text
        .strip_suffix('s')
        .and_then(|seconds| seconds.parse::<f64>().ok())
        .is_some_and(|seconds| seconds <= 0.0)
    {
        let message =
            "is 0, which turns it off: a request that waits in a VM that has trapped hangs for ever";
        findings.node(Rule::StreamIdleTimeout, &timeout.value, field, message);
    }
}

fn judge_path(findings: &mut Findings, manager: &Node) {
    for field in ["normalize_path", "merge_slashes"] {
        match manager.field_entry(field) {
            Some(entry) if is_true(&entry.value) => {}
            Some(entry) => findings.key(Rule::PathNormalization, entry, field, "is off"),
            None => findings.node(Rule::PathNormalization, manager, field, "is not set"),
        }
    }
    let field = "path_with_escaped_slashes_action";
    let settled = ["REJECT_REQUEST", "UNESCAPE_AND_REDIRECT", "UNESCAPE_AND_FORWARD"];
    match manager.field_entry(field) {
        Some(entry) if entry.value.choice(&SLASH_ACTIONS).is_some_and(|name| settled.contains(&name)) => {}
        Some(entry) => findings.key(Rule::PathNormalization, entry, field, "lets `%2F` stay in paths"),
        None => findings.node(Rule::PathNormalization, manager, field, "is not set: `%2F` stays in paths"),
    }
}

/// A flag, plain or as a `BoolValue`.
fn is_true(node: &Node) -> bool {
    node.flag() == Some(true) || node.field("value").and_then(|value| value.flag()) == Some(true)
}

/// Absent means SANITIZE.
fn judge_certificate(findings: &mut Findings, manager: &Node) {
    let field = "forward_client_cert_details";
    let Some(entry) = manager.field_entry(field) else { return };
    let kept = ["FORWARD_ONLY", "APPEND_FORWARD", "ALWAYS_FORWARD_ONLY"];
    if let Some(value) = entry.value.choice(&CERTIFICATE_DETAILS).filter(|name| kept.contains(name)) {
        let message = format!("`{value}` keeps the x-forwarded-client-cert that came with the request");
        findings.node(Rule::XfccUnsanitized, &entry.value, field, message);
    }
}

fn judge_client_address(findings: &mut Findings, manager: &Rc<Node>, plugins: &[Plugin]) {
    let trusted = manager.field("use_remote_address").is_some_and(|flag| is_true(flag));
    let detected = manager.field("original_ip_detection_extensions").is_some();
    if trusted || detected {
        return;
    }
    let here = plugins.iter().filter(|plugin| {
        let mut found = false;
        manager.each(&mut |node| found |= Rc::ptr_eq(&plugin.node, node));
        found
    });
    for plugin in here {
        let Some(configuration) = plugin.configuration_node() else { continue };
        let mut limited = None;
        configuration.each(&mut |node| {
            if node.text() == Some("client_address") {
                limited.get_or_insert(node);
            }
        });
        let Some(limit) = limited else { continue };
        let (field, message) =
            ("use_remote_address", "a limit by `client_address`, where `use_remote_address` is not on");
        match manager.field_entry(field) {
            Some(entry) => findings.key(Rule::ClientAddress, entry, field, message),
            None => findings.node(Rule::ClientAddress, limit, field, message),
        }
    }
}

fn judge_rewrites(findings: &mut Findings, manager: &Rc<Node>) {
    manager.each(&mut |node| {
        let Some(action) = node.field("route").filter(|_| node.field("match").is_some()) else { return };
        for name in REWRITES {
            if let Some(entry) = action.field_entry(name) {
                let message = "the service gets another path than the filter has judged";
                findings.key(Rule::RouteRewrite, entry, name, message);
            }
        }
    });
}
