//! `EnvoyFilter` of Istio.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::targets::{TargetRef, wrong_targets};
use super::{Spec, Wrong, wrong};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "that they are of their type is all that is asked of most fields")]
pub(super) struct EnvoyFilter {
    workload_selector: Option<WorkloadSelector>,
    #[serde(default)]
    target_refs: Vec<TargetRef>,
    #[serde(default)]
    config_patches: Vec<ConfigPatch>,
    priority: Option<i32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct WorkloadSelector {
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ConfigPatch {
    apply_to: ApplyTo,
    r#match: Option<Match>,
    patch: Patch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ApplyTo {
    Listener,
    FilterChain,
    NetworkFilter,
    HttpFilter,
    RouteConfiguration,
    VirtualHost,
    HttpRoute,
    Cluster,
    ExtensionConfig,
    Bootstrap,
    ListenerFilter,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Match {
    context: Option<Context>,
    proxy: Option<Proxy>,
    listener: Option<Listener>,
    route_configuration: Option<RouteConfiguration>,
    cluster: Option<Cluster>,
    waypoint: Option<Waypoint>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Context {
    Any,
    SidecarInbound,
    SidecarOutbound,
    Gateway,
    Waypoint,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Proxy {
    proxy_version: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Listener {
    port_number: Option<u32>,
    port_name: Option<String>,
    filter_chain: Option<FilterChain>,
    listener_filter: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct FilterChain {
    name: Option<String>,
    sni: Option<String>,
    transport_protocol: Option<String>,
    application_protocols: Option<String>,
    filter: Option<Filter>,
    destination_port: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Filter {
    name: Option<String>,
    sub_filter: Option<SubFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct SubFilter {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct RouteConfiguration {
    port_number: Option<u32>,
    port_name: Option<String>,
    gateway: Option<String>,
    vhost: Option<VirtualHost>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct VirtualHost {
    name: Option<String>,
    domain_name: Option<String>,
    route: Option<Route>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Route {
    name: Option<String>,
    action: Option<Action>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Action {
    Any,
    Route,
    Redirect,
    DirectResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Cluster {
    port_number: Option<u32>,
    service: Option<String>,
    subset: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "as above")]
struct Waypoint {
    port_number: Option<u32>,
    filter: Option<Filter>,
    route: Option<SubFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Patch {
    operation: Option<Operation>,
    value: Option<Map<String, Value>>,
    #[expect(dead_code, reason = "any of them will do")]
    filter_class: Option<FilterClass>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operation {
    Invalid,
    Merge,
    Add,
    Remove,
    InsertBefore,
    InsertAfter,
    InsertFirst,
    Replace,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum FilterClass {
    Unspecified,
    Authn,
    Authz,
    Stats,
}

impl Spec for EnvoyFilter {
    fn wrong(&self) -> Vec<Wrong> {
        let Self { workload_selector, target_refs, config_patches, .. } = self;
        let mut found = wrong_targets(target_refs, true);
        if workload_selector.is_some() && !target_refs.is_empty() {
            found.push(wrong(
                "spec.targetRefs",
                "there is a `workloadSelector`: one of them says what this is for",
            ));
        }
        if config_patches.is_empty() {
            found.push(wrong("spec", "there are no `configPatches`"));
        }
        for (index, patch) in config_patches.iter().enumerate() {
            found.extend(patch.wrong(&format!("spec.configPatches[{index}]")));
        }
        found
    }
}

impl ConfigPatch {
    fn wrong(&self, path: &str) -> Vec<Wrong> {
        let mut found = Vec::new();
        let Patch { operation, value, .. } = &self.patch;
        match (operation, value) {
            (None | Some(Operation::Invalid), _) => {
                found.push(wrong(format!("{path}.patch"), "there is no `operation`: nothing is done"));
            }
            (Some(Operation::Remove), Some(_)) => {
                found.push(wrong(
                    format!("{path}.patch.value"),
                    "nothing is put where something is removed",
                ));
            }
            (Some(operation), None) if *operation != Operation::Remove => {
                found.push(wrong(format!("{path}.patch"), "there is no `value`"));
            }
            (Some(_), _) => {}
        }
        let places = self.r#match.iter().map(Match::places).sum::<usize>();
        if places > 1 {
            found.push(wrong(
                format!("{path}.match"),
                "matches one of `listener`, `routeConfiguration`, `cluster` and `waypoint`",
            ));
        }
        found.extend(self.misplaced(path));
        found
    }

    /// HTTP filters are in listeners, clusters are clusters.
    fn misplaced(&self, path: &str) -> Option<Wrong> {
        let matched = self.r#match.as_ref()?;
        let is_filter =
            matches!(self.apply_to, ApplyTo::HttpFilter | ApplyTo::NetworkFilter | ApplyTo::FilterChain);
        let elsewhere = matched.cluster.is_some() || matched.route_configuration.is_some();
        (is_filter && elsewhere)
            .then(|| wrong(format!("{path}.match"), "filters are matched by `listener` or `waypoint`"))
    }
}

impl Match {
    fn places(&self) -> usize {
        [
            self.listener.is_some(),
            self.route_configuration.is_some(),
            self.cluster.is_some(),
            self.waypoint.is_some(),
        ]
        .iter()
        .filter(|there| **there)
        .count()
    }
}
