//! One of our plugins, whoever configures it.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::configuration;
use super::envoy::{self, Clusters};
use super::finding::{Finding, Findings};
use super::rule::Rule;
use crate::modules::Module;
use crate::sources::{Embedded, Entry, Node, Plugin, Role, Written};

/// Say what is wrong with it. `incomplete` are the lines in which a word stands for nothing: what is on them cannot be
/// judged.
pub(super) fn judge(
    findings: &mut Findings,
    plugin: &Plugin,
    module: Option<Module>,
    clusters: Option<&Clusters<'_>>,
    incomplete: &BTreeSet<usize>,
) {
    hide_values(findings, plugin);
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

/// `FailurePolicy` of `envoy.extensions.wasm.v3.PluginConfig`, in the order of its numbers.
const FAILURE_POLICIES: [&str; 4] = ["UNSPECIFIED", "FAIL_RELOAD", "FAIL_CLOSED", "FAIL_OPEN"];

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
    let says = |entry: &Entry, name| entry.value.choice(&FAILURE_POLICIES) == Some(name);
    match (role, node.field_entry(field)) {
        (_, Some(entry)) if says(entry, "FAIL_OPEN") => {
            findings.node(Rule::FailOpen, &entry.value, field, "failure lets requests pass");
        }
        (Role::Envoy | Role::Istio, Some(entry)) if !says(entry, "FAIL_RELOAD") => {
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
        match passed.iter().find(|variable| variable.name == *name) {
            None => {
                let message =
                    format!("the configuration asks for the secret `{name}`, which the VM does not get");
                let at = plugin.configuration_node().map_or(&plugin.node, |node| node);
                findings.node(Rule::SecretNotPassed, at, "", message);
            }
            Some(Variable { written: Some(written), .. }) => {
                let message = format!("the secret `{name}` stands here");
                findings.key(Rule::SecretInPlain, written, "", message);
            }
            Some(Variable { written: None, .. }) => {}
        }
    }
}

/// What the file itself says of variables is shown to nobody, whatever they are for.
fn hide_values(findings: &Findings, plugin: &Plugin) {
    for written in passed(plugin).iter().filter_map(|variable| variable.written) {
        findings.text.hide(written.value.span);
    }
}

/// A variable of a VM.
struct Variable<'a> {
    name: &'a str,
    /// Its value, where that stands in the file.
    written: Option<&'a Entry>,
}

fn passed(plugin: &Plugin) -> Vec<Variable<'_>> {
    match plugin.role {
        Role::Envoy => {
            let variables = plugin.node.field("vm_config").and_then(|vm| vm.field("environment_variables"));
            let values = variables.and_then(|variables| variables.field("key_values"));
            let values = values.map(|values| values.entries()).unwrap_or_default();
            let written = values.iter().map(|entry| Variable { name: entry.name(), written: Some(entry) });
            named(variables.and_then(|variables| variables.field("host_env_keys"))).chain(written).collect()
        }
        Role::Istio => {
            let variables =
                plugin.node.at(&["vmConfig", "env"]).map(|list| list.items()).unwrap_or_default();
            variables.iter().filter_map(of_istio).collect()
        }
        Role::Gateway => named(plugin.node.at(&["env", "hostKeys"])).collect(),
    }
}

fn of_istio(variable: &Rc<Node>) -> Option<Variable<'_>> {
    Some(Variable { name: variable.member("name")?.text()?, written: variable.entry("value") })
}

/// Variables that come from the proxy's own environment.
fn named(list: Option<&Rc<Node>>) -> impl Iterator<Item = Variable<'_>> {
    let items = list.map(|list| list.items()).unwrap_or_default();
    items.iter().filter_map(|item| Some(Variable { name: item.text()?, written: None }))
}

/// What was found, in the order of the file, each once: what an alias repeats is found at each of its places.
pub(super) fn sorted(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|a, b| (&a.at, a.rule, &a.message).cmp(&(&b.at, b.rule, &b.message)));
    found.dedup();
    found
}
