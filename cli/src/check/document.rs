//! A file, judged.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::configuration;
use super::envoy::{self, Clusters};
use super::finding::{Finding, Findings};
use super::kubernetes;
use super::plugin;
use super::rule::Rule;
use crate::modules::Module;
use crate::sources::{Kind, Node, Plugin, Role, Source, Written, plugins_of};

/// Whether a file was asked for by name: then it must be something that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// It was.
    Itself,
    /// It lies in a folder that was.
    ByFolder,
}

/// What is wrong with a file; nothing at all when there is nothing in it to judge.
pub(super) fn judge(source: &Source, module: Option<Module>, named: Named) -> Option<Vec<Finding>> {
    let mut findings = Findings::new(Rc::clone(&source.text));
    let known = source.documents.iter().any(|document| is_known(document));
    if !known && named == Named::ByFolder {
        return None;
    }
    for fault in &source.faults {
        let rule = if fault.word.is_some() { Rule::WordUndefined } else { Rule::Syntax };
        findings.fault(rule, fault);
    }
    let incomplete = incomplete(source);
    for document in &source.documents {
        judge_document(&mut findings, document, module, named, &incomplete);
    }
    if source.documents.is_empty() && source.faults.is_empty() {
        findings.found.push(Finding::of_file(
            Rule::DocumentUnknown,
            &source.text.file,
            "there is nothing in it",
        ));
    }
    Some(plugin::sorted(findings.found))
}

fn is_known(document: &Node) -> bool {
    !matches!(Kind::of(document), Kind::Unknown | Kind::Empty)
}

/// The lines with words that stand for nothing.
fn incomplete(source: &Source) -> BTreeSet<usize> {
    let lines = (1..).zip(source.text.content().lines());
    let words: Vec<_> = source.faults.iter().filter(|fault| fault.word.is_some()).collect();
    let has_word = |line: usize| {
        let origins = source.text.origins(line);
        words.iter().any(|fault| origins.contains(&fault.at.place))
    };
    if words.is_empty() {
        BTreeSet::new()
    } else {
        lines.map(|(line, _)| line).filter(|line| has_word(*line)).collect()
    }
}

fn judge_document(
    findings: &mut Findings,
    document: &Rc<Node>,
    module: Option<Module>,
    named: Named,
    incomplete: &BTreeSet<usize>,
) {
    let written = Written { text: Rc::clone(&findings.text), node: Rc::clone(document) };
    match Kind::of(document) {
        Kind::Filter | Kind::Unknown if named == Named::Itself || Kind::of(document) == Kind::Filter => {
            if incomplete.is_empty() {
                plugin::judge_alone(findings, module.unwrap_or(Module::Watchword), &written);
            }
        }
        Kind::Routes => configuration::judge_routes(findings, &written),
        Kind::Bootstrap => {
            let clusters = Clusters::of(document);
            let plugins = judge_plugins(findings, document, module, Some(&clusters), incomplete);
            envoy::judge(findings, document, &plugins);
        }
        Kind::Resources => {
            let plugins = judge_plugins(findings, document, module, None, incomplete);
            envoy::judge(findings, document, &plugins);
        }
        Kind::Kubernetes => {
            kubernetes::judge(findings, &written);
            judge_plugins(findings, document, module, None, incomplete);
        }
        Kind::Filter | Kind::Unknown | Kind::Empty => {}
    }
}

fn judge_plugins(
    findings: &mut Findings,
    document: &Rc<Node>,
    module: Option<Module>,
    clusters: Option<&Clusters<'_>>,
    incomplete: &BTreeSet<usize>,
) -> Vec<Plugin> {
    let mut plugins = plugins_of(document);
    plugins.retain(|plugin| plugin.is_ours(&findings.text));
    if !plugins.is_empty() {
        judge_values(findings, document);
        if Kind::of(document) == Kind::Kubernetes {
            judge_keys(findings, document);
        }
    }
    let in_envoy = plugins.iter().any(|plugin| plugin.role == Role::Envoy);
    if in_envoy {
        judge_merges(findings, document);
        envoy::judge_vm_ids(findings, &plugins);
    }
    envoy::judge_disabled(findings, document, &plugins);
    for plugin in &plugins {
        plugin::judge(findings, plugin, module, clusters, incomplete);
    }
    plugins
}

/// What Envoy's reader takes for something else than others do.
fn judge_merges(findings: &mut Findings, document: &Rc<Node>) {
    document.each(&mut |node| {
        if let Some(entry) = node.entry("<<") {
            findings.key(Rule::MergeKey, entry, "", "`<<` merges nothing in Envoy");
        }
    });
}

/// What readers of YAML 1.1 take for something else than others do: those of Envoy and of Kubernetes.
fn judge_values(findings: &mut Findings, document: &Rc<Node>) {
    document.each(&mut |node| {
        if node.plain().is_some_and(is_ambiguous) {
            let message = "is true or false in Envoy and Kubernetes, and a text elsewhere";
            findings.node(Rule::AmbiguousBoolean, node, "", message);
        }
    });
}

/// Names that are none in Kubernetes, whose reader is one of YAML 1.1.
fn judge_keys(findings: &mut Findings, document: &Rc<Node>) {
    let mut keys = Vec::new();
    document.each(&mut |node| keys.extend(node.entries().iter().map(|entry| &entry.key)));
    for key in keys.into_iter().filter(|key| key.plain().is_some_and(is_ambiguous)) {
        let name = key.plain().unwrap_or_default();
        let message = format!("`{name}` becomes the name `true` or `false` in Kubernetes");
        findings.node(Rule::AmbiguousBoolean, key, "", message);
    }
}

fn is_ambiguous(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off"];
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}
