//! What a document is.

use super::node::Node;

/// The sections and members of the filters' own configuration.
pub(super) const OWN_MEMBERS: [&str; 8] =
    ["routes", "unknown_route", "jwt", "identity", "authz", "ratelimit", "realm", "verified_elsewhere"];

/// Members of an Envoy bootstrap that nothing else has.
const OF_BOOTSTRAPS: [&str; 6] =
    ["static_resources", "dynamic_resources", "admin", "overload_manager", "layered_runtime", "node"];

/// Members by which other pieces of an Envoy configuration are known.
const OF_RESOURCES: [&str; 6] =
    ["filter_chains", "http_filters", "virtual_hosts", "load_assignment", "typed_config", "configs"];

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The filter's own configuration.
    Filter,
    /// A list of routes, as words bring them into a configuration.
    Routes,
    /// An Envoy bootstrap.
    Bootstrap,
    /// Other resources of Envoy: a listener, a cluster, a discovery response.
    Resources,
    /// Something with `apiVersion` and `kind`.
    Kubernetes,
    /// Nothing at all: no document.
    Empty,
    /// Something else.
    Unknown,
}

impl Kind {
    /// The kind of a document.
    pub(crate) fn of(document: &Node) -> Self {
        let has = |name: &str| document.field(name).is_some();
        let has_any = |names: &[&str]| names.iter().any(|name| has(name));
        if document.entry("apiVersion").is_some() || (has("kind") && has("metadata")) {
            Self::Kubernetes
        } else if has_any(&OF_BOOTSTRAPS) {
            Self::Bootstrap
        } else if has("@type") || has("version_info") || has_any(&OF_RESOURCES) || is_cluster(document) {
            Self::Resources
        } else if has_any(&OWN_MEMBERS) {
            Self::Filter
        } else if is_routes(document) {
            Self::Routes
        } else if document.is_scalar() && document.plain() == Some("") {
            Self::Empty
        } else {
            Self::Unknown
        }
    }
}

fn is_cluster(document: &Node) -> bool {
    document.entry("name").is_some() && document.field("connect_timeout").is_some()
}

fn is_routes(document: &Node) -> bool {
    let is_route = |item: &Node| item.entry("match").is_some() && item.entry("name").is_some();
    document.items().first().is_some_and(|item| is_route(item))
}
