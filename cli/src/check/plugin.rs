//! One of our plugins, whoever configures it.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::configuration;
use super::envoy::{self, Clusters};
use super::finding::{Finding, Findings};
use super::rule::Rule;
use crate::modules::Module;
use crate::sources::{Embedded, Node, Plugin, Role, Written};

/// Say what is wrong with it. `incomplete` are the lines in which a word stands for nothing: what is on them cannot be
/// judged.
pub(super) fn judge(
    findings: &mut Findings,
    plugin: &Plugin,
    module: Option<Module>,
    clusters: Option<&Clusters<'_>>,
    incomplete: &BTreeSet<usize>,
) {
    judge_failure(findings, plugin);
    judge_code(findings, plugin);
    if plugin.role == Role::Envoy {
        envoy::judge_vm(findings, plugin);
    }
    let written = match plugin.configuration(&findings.text) {
        Err(fault) => return findings.fault(Rule::ConfigurationRefused, &fault),
        Ok(None) => {
            let message = "the plugin has no configuration";
            return findings.node(Rule::ConfigurationMissing, &plugin.node, "", message);
        }
        Ok(Some(written)) => written,
    };
    let outer = plugin.configuration_node().map_or(&plugin.node, |node| node);
    let lines = outer.span.start.line..=outer.span.end.line;
    if incomplete.iter().any(|line| lines.contains(line)) {
        return;
    }
    let module = module.or_else(|| plugin.module()).unwrap_or(Module::Watchword);
    let mut inner = Findings::new(Rc::clone(&written.text));
    let asked = configuration::judge(&mut inner, module, &Embedded::json(&written), &written);
    if let Some(clusters) = clusters {
        clusters.judge(findings, &mut inner, &written);
    }
    judge_mac_keys(&mut inner, &written);
    judge_secrets(findings, plugin, &asked);
    findings.found.extend(inner.found);
}

/// A configuration that stands for itself.
pub(super) fn judge_alone(findings: &mut Findings, module: Module, written: &Written) {
    configuration::judge(findings, module, &Embedded::json(written), written);
    judge_mac_keys(findings, written);
}

fn judge_failure(findings: &mut Findings, plugin: &Plugin) {
    let Plugin { role, node } = plugin;
    let field = match role {
        Role::Envoy => "failure_policy",
        Role::Istio => "failStrategy",
        Role::Gateway => "failOpen",
    };
    if let Some(open) = node.field_entry("fail_open").filter(|entry| entry.value.flag() == Some(true)) {
        return findings.node(Rule::FailOpen, &open.value, open.name(), "failure lets requests pass");
    }
    match (role, node.field_entry(field)) {
        (_, Some(entry)) if entry.value.text() == Some("FAIL_OPEN") => {
            findings.node(Rule::FailOpen, &entry.value, field, "failure lets requests pass");
        }
        (Role::Envoy | Role::Istio, Some(entry)) if entry.value.text() != Some("FAIL_RELOAD") => {
            findings.node(
                Rule::FailClosedForEver,
                &entry.value,
                field,
                "the VM is not started again after a trap",
            );
        }
        (Role::Envoy | Role::Istio, None) => {
            let message = "is not set: the VM is not started again after a trap";
            findings.node(Rule::FailClosedForEver, node, field, message);
        }
        (_, Some(_)) | (Role::Gateway, None) => {}
    }
}

/// Which module runs must be fixed, unless it lies in the proxy's own file system.
fn judge_code(findings: &mut Findings, plugin: &Plugin) {
    let Some(code) = plugin.code() else { return };
    let url = code.text().unwrap_or_default();
    let digest = digest(plugin);
    if let Some(zeros) = digest.filter(|digest| {
        digest.text().is_some_and(|text| !text.is_empty() && text.chars().all(|c| c == '0'))
    }) {
        return findings.node(Rule::DigestPlaceholder, zeros, "sha256", "the digest is all zeros");
    }
    let is_local = plugin.role == Role::Envoy
        && plugin.node.field("vm_config").and_then(|vm| vm.field("code")?.field("local")).is_some();
    let pinned = digest.is_some_and(|digest| digest.text() != Some("")) || url.contains("@sha256:");
    if !is_local && !pinned && !url.starts_with("file://") {
        let message = match url.ends_with(":latest") {
            true => format!("`{url}` is whatever was pushed last"),
            false => format!("no digest says which module `{url}` is"),
        };
        findings.node(Rule::ImageUnpinned, code, "sha256", message);
    }
}

fn digest(plugin: &Plugin) -> Option<&Rc<Node>> {
    match plugin.role {
        Role::Istio => plugin.node.member("sha256"),
        Role::Envoy => plugin.node.field("vm_config")?.field("code")?.field("remote")?.field("sha256"),
        Role::Gateway => {
            let code = plugin.node.member("code")?;
            code.at(&["image", "sha256"]).or_else(|| code.at(&["http", "sha256"]))
        }
    }
}

/// Remote keys without a secret to share them under; tokens that wait unsealed.
fn judge_mac_keys(findings: &mut Findings, written: &Written) {
    let section = |name: &str| written.node.member(name);
    let sharing = |node: &Node| node.member("key_sharing").is_some();
    let holders = [
        ("jwt", section("jwt")),
        ("identity.verify", section("identity").and_then(|section| section.member("verify"))),
        ("identity.attach", section("identity").and_then(|section| section.member("attach"))),
    ];
    for (path, holder) in holders {
        let Some(holder) = holder.filter(|holder| !sharing(holder)) else { continue };
        let mut remote = None;
        holder.each(&mut |node| {
            let found = node
                .member("keys")
                .and_then(|keys| keys.entry("remote").or_else(|| keys.entry("discovery")));
            remote = remote.or(found);
        });
        if let Some(remote) = remote {
            let message = "keys are fetched without `key_sharing`: by each worker for itself";
            findings.key(Rule::MacKeyMissing, remote, path, message);
        }
    }
    let identity = section("identity");
    let register = identity.and_then(|identity| identity.member("verify")?.entry("register"));
    let registers = register.filter(|entry| entry.value.flag() == Some(true));
    if let Some(entry) =
        registers.filter(|_| identity.is_some_and(|section| section.member("registry").is_none()))
    {
        let message = "tokens are kept for the service's own calls without `registry`";
        findings.key(Rule::MacKeyMissing, entry, "identity.registry", message);
    }
}

/// The module sees what its VM is passed, and nothing else.
fn judge_secrets(findings: &mut Findings, plugin: &Plugin, asked: &BTreeSet<String>) {
    let passed = passed(plugin);
    for name in asked {
        match passed.iter().find(|(passed, _)| passed == name) {
            None => {
                let message =
                    format!("the configuration asks for the secret `{name}`, which the VM does not get");
                let at = plugin.configuration_node().map_or(&plugin.node, |node| node);
                findings.node(Rule::SecretNotPassed, at, "", message);
            }
            Some((_, Some(value))) => {
                let message = format!("the secret `{name}` stands here");
                findings.node(Rule::SecretInPlain, value, "", message);
            }
            Some((_, None)) => {}
        }
    }
}

/// The variables of a VM, and their values where those stand in the file.
fn passed(plugin: &Plugin) -> Vec<(String, Option<Rc<Node>>)> {
    let names = |list: Option<&Rc<Node>>| {
        let items = list.into_iter().flat_map(|list| list.items());
        items.filter_map(|item| Some((item.text()?.to_owned(), None))).collect::<Vec<_>>()
    };
    match plugin.role {
        Role::Envoy => {
            let variables = plugin.node.field("vm_config").and_then(|vm| vm.field("environment_variables"));
            let mut found = names(variables.and_then(|variables| variables.field("host_env_keys")));
            let values = variables.and_then(|variables| variables.field("key_values"));
            let values = values.into_iter().flat_map(|values| values.entries());
            found.extend(values.map(|entry| (entry.name().to_owned(), Some(Rc::clone(&entry.value)))));
            found
        }
        Role::Istio => {
            let variables = plugin.node.at(&["vmConfig", "env"]);
            let variables = variables.into_iter().flat_map(|variables| variables.items());
            let one = |variable: &Rc<Node>| {
                Some((variable.member("name")?.text()?.to_owned(), variable.member("value").cloned()))
            };
            variables.filter_map(one).collect()
        }
        Role::Gateway => names(plugin.node.at(&["env", "hostKeys"])),
    }
}

/// What was found, in the order of the file, each once: what an alias repeats is found at each of its places.
pub(super) fn sorted(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|a, b| (&a.at, a.rule, &a.message).cmp(&(&b.at, b.rule, &b.message)));
    found.dedup();
    found
}
