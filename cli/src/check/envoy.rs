//! Configurations of Envoy: what around the filter keeps it from guarding.

mod capabilities;
mod clusters;
mod disabled;
mod manager;

use std::rc::Rc;

use super::finding::Findings;
use super::rule::Rule;
use crate::sources::{Node, Plugin};

pub(super) use clusters::Clusters;
pub(super) use disabled::judge as judge_disabled;

const MANAGER: &str = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/// Judge every connection manager of a document in which nothing is merged into it.
pub(super) fn judge(findings: &mut Findings, document: &Rc<Node>, plugins: &[Plugin]) {
    let mut managers = Vec::new();
    document.each(&mut |node| {
        if node.message_type() == Some(MANAGER)
            || (node.field("http_filters").is_some() && Rc::ptr_eq(node, document))
        {
            managers.push(node);
        }
    });
    let guarded = |manager: &Node| manager::guards(manager, plugins);
    let (guarded, open): (Vec<_>, Vec<_>) = managers.into_iter().partition(|manager| guarded(manager));
    for manager in &guarded {
        manager::judge(findings, manager, plugins);
    }
    if !guarded.is_empty() {
        for manager in open {
            findings.node(Rule::ListenerUnguarded, manager, "", "no filter of Watchword is here");
        }
    }
}

/// Judge the VM of a plugin.
pub(super) fn judge_vm(findings: &mut Findings, plugin: &Plugin) {
    let Some(vm) = plugin.node.field("vm_config") else { return };
    capabilities::judge(findings, vm);
    if let Some(id) = vm.field("vm_id")
        && id.text().is_some_and(has_version)
    {
        findings.node(Rule::VmIdVersioned, id, "vm_config.vm_id", "it contains a version");
    }
    if let Some(flag) = plugin.node.field_entry("allow_on_headers_stop_iteration")
        && flag.value.flag() != Some(false)
        && flag.value.field("value").and_then(|value| value.flag()) != Some(false)
    {
        findings.key(
            Rule::StopIteration,
            flag,
            "allow_on_headers_stop_iteration",
            "bodies do not wait with their heads",
        );
    }
}

/// All plugins of a proxy share memory by one id.
pub(super) fn judge_vm_ids(findings: &mut Findings, plugins: &[Plugin]) {
    let ids = plugins.iter().filter_map(|plugin| plugin.node.field("vm_config")?.field("vm_id"));
    let mut ids = ids.filter_map(|node| Some((node, node.text()?)));
    let Some((_, first)) = ids.next() else { return };
    for (node, id) in ids.filter(|(_, id)| *id != first) {
        let message = format!("`{id}` here, `{first}` at another plugin of this proxy");
        findings.node(Rule::VmIdDiffers, node, "vm_config.vm_id", message);
    }
}

/// Whether digits stand on both sides of a dot, or behind `v`: `watchword-1.2`, `watchword-v3`.
fn has_version(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    characters.windows(3).any(|window| match window {
        [before, '.', after] => before.is_ascii_digit() && after.is_ascii_digit(),
        [before, 'v' | 'V', after] => !before.is_ascii_alphanumeric() && after.is_ascii_digit(),
        _ => false,
    })
}
