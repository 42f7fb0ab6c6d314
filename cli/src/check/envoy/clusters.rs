//! The clusters of a bootstrap, and what a configuration asks of them.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::check::finding::Findings;
use crate::check::rule::Rule;
use crate::sources::{Entry, Node, Written};

const UPSTREAM_TLS: &str = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";

/// `TrustChainVerification`, in the order of its numbers. All but the first take a certificate of anybody.
const TRUST_CHAIN: [&str; 2] = ["VERIFY_TRUST_CHAIN", "ACCEPT_UNTRUSTED"];

/// The clusters of a bootstrap by their names.
pub(crate) struct Clusters<'a> {
    named: BTreeMap<&'a str, &'a Rc<Node>>,
    /// Whether others may come while the proxy runs.
    open: bool,
}

impl<'a> Clusters<'a> {
    /// Those of a bootstrap.
    pub(crate) fn of(document: &'a Node) -> Self {
        let listed = document.field("static_resources").and_then(|resources| resources.field("clusters"));
        let clusters = listed.into_iter().flat_map(|clusters| clusters.items());
        let named = clusters.filter_map(|cluster| Some((cluster.member("name")?.text()?, cluster)));
        let dynamic = document.field("dynamic_resources");
        let open = dynamic.is_some_and(|resources| resources.field("cds_config").is_some());
        Self { named: named.collect(), open }
    }

    /// Judge every cluster that a configuration names. `findings` are of the text that the clusters are in.
    pub(crate) fn judge(&self, findings: &mut Findings, inner: &mut Findings, written: &Written) {
        for section in written.node.entries() {
            let is_limit = section.name() == "ratelimit";
            self.judge_below(findings, inner, &section.value, section.name(), is_limit);
        }
    }

    fn judge_below(
        &self,
        outer: &mut Findings,
        inner: &mut Findings,
        node: &Node,
        path: &str,
        is_limit: bool,
    ) {
        for entry in node.entries() {
            let path = format!("{path}.{}", entry.name());
            match (entry.name(), entry.value.text()) {
                ("cluster", Some(name)) => self.judge_use(outer, inner, entry, name, &path, is_limit),
                ("destinations", None) => self.judge_destinations(inner, &entry.value, &path),
                _ => self.judge_below(outer, inner, &entry.value, &path, is_limit),
            }
        }
        for (index, item) in node.items().iter().enumerate() {
            self.judge_below(outer, inner, item, &format!("{path}[{index}]"), is_limit);
        }
    }

    fn judge_use(
        &self,
        outer: &mut Findings,
        inner: &mut Findings,
        entry: &Entry,
        name: &str,
        path: &str,
        is_limit: bool,
    ) {
        let Some(cluster) = self.named.get(name) else {
            if !self.open {
                self.unknown(inner, &entry.value, name, path);
            }
            return;
        };
        match (protection(cluster), is_limit) {
            (Protection::None, true) => {
                let message = format!("limits are asked of `{name}`, which has no TLS");
                outer.node(Rule::LimitServicePlaintext, cluster, path, message);
            }
            (Protection::None, false) => {
                let message = format!("`{name}` is fetched from, and has no TLS");
                outer.node(Rule::FetchPlaintext, cluster, path, message);
            }
            (Protection::Unpinned, false) => {
                let message = format!("`{name}` is fetched from, and its certificate may be anybody's");
                outer.node(Rule::FetchUnpinned, cluster, path, message);
            }
            (Protection::Unpinned, true) | (Protection::Pinned, _) => {}
        }
    }

    fn judge_destinations(&self, inner: &mut Findings, destinations: &Node, path: &str) {
        for (index, destination) in destinations.items().iter().enumerate() {
            if let Some(name) =
                destination.text().filter(|name| !self.open && !self.named.contains_key(name))
            {
                self.unknown(inner, destination, name, &format!("{path}[{index}]"));
            }
        }
    }

    fn unknown(&self, inner: &mut Findings, node: &Node, name: &str, path: &str) {
        let known = self.named.keys().copied().collect::<Vec<_>>().join(", ");
        let message = format!("the bootstrap has no cluster `{name}`; it has {known}");
        inner.node(Rule::ClusterUnknown, node, path, message);
    }
}

/// How sure it is who answers.
enum Protection {
    None,
    Unpinned,
    Pinned,
}

fn protection(cluster: &Node) -> Protection {
    let mut contexts = Vec::new();
    let mut collect = |node: &Rc<Node>| {
        if node.message_type() == Some(UPSTREAM_TLS) {
            contexts.push(Rc::clone(node));
        }
    };
    let sockets = ["transport_socket", "transport_socket_matches"].map(|name| cluster.field(name));
    sockets.into_iter().flatten().for_each(|socket| socket.each(&mut |node| collect(node)));
    if contexts.is_empty() {
        return Protection::None;
    }
    match contexts.iter().all(|context| is_pinned(context)) {
        true => Protection::Pinned,
        false => Protection::Unpinned,
    }
}

/// A name that is checked against a CA, or a certificate that is known, or validation that comes by SDS.
fn is_pinned(context: &Node) -> bool {
    let Some(common) = context.field("common_tls_context") else { return false };
    if common.field("validation_context_sds_secret_config").is_some() {
        return true;
    }
    let combined = common.field("combined_validation_context");
    let validation = match combined {
        Some(combined) => combined.field("default_validation_context"),
        None => common.field("validation_context"),
    };
    let Some(validation) = validation else { return false };
    let trust = validation.field("trust_chain_verification");
    if trust.is_some_and(|trust| trust.choice(&TRUST_CHAIN) != Some("VERIFY_TRUST_CHAIN")) {
        return false;
    }
    let has = |name: &str| validation.field(name).is_some_and(|list| !list.items().is_empty());
    let by_sni = context.field("auto_sni_san_validation").and_then(|flag| flag.flag()) == Some(true);
    let has_ca = validation.field("trusted_ca").is_some()
        || validation.field("system_root_certs").is_some()
        || combined.is_some();
    let named = has("match_typed_subject_alt_names") || has("match_subject_alt_names") || by_sni;
    (named && has_ca) || has("verify_certificate_hash") || has("verify_certificate_spki")
}
