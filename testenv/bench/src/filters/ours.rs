//! Our modules, configured as the shipped edge is, as far as they have the stages.

use std::io;

use serde_json::{Map, Value, json};
use testenv::module;

use super::policies;

/// More than any load here asks for: what is measured is the counting.
const REQUESTS: u32 = 1_000_000;

/// The stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Verifies tokens.
    Jwt,
    /// Strips what is forged, and mints where there is a credential.
    Identity,
    /// Asks policies.
    Authz,
    /// Counts.
    Ratelimit,
}

impl Stage {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Jwt, Self::Identity, Self::Authz, Self::Ratelimit];

    /// Its section in a configuration.
    const fn section(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Identity => "identity",
            Self::Authz => "authz",
            Self::Ratelimit => "ratelimit",
        }
    }
}

/// A module with some stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ours {
    /// The name of its file.
    pub(crate) module: &'static str,
    /// What is configured.
    pub(crate) stages: &'static [Stage],
    /// Policies, where they are asked.
    pub(crate) policies: usize,
    /// Whether another module has verified the caller.
    pub(crate) verified_elsewhere: bool,
    /// Whether whoever is behind gets the token too.
    pub(crate) forwards: bool,
}

/// Policies, where nothing else is said.
pub(crate) const FEW_POLICIES: usize = 10;

/// The single modules in the order in which they act on the identity that the first has verified.
pub(super) const CHAIN: [Ours; 4] = [
    Ours::alone("jwt-verify", &[Stage::Jwt]),
    Ours::after("identity-propagation", &[Stage::Identity]),
    Ours::after("abac-authz", &[Stage::Authz]),
    Ours::after("rate-limit", &[Stage::Ratelimit]),
];

impl Ours {
    /// The module `module` with these stages.
    pub(crate) const fn alone(module: &'static str, stages: &'static [Stage]) -> Self {
        Self { module, stages, policies: FEW_POLICIES, verified_elsewhere: false, forwards: false }
    }

    /// `watchword.wasm` with these stages.
    pub(crate) const fn fused(stages: &'static [Stage]) -> Self {
        Self::alone("watchword", stages)
    }

    const fn after(module: &'static str, stages: &'static [Stage]) -> Self {
        Self { verified_elsewhere: true, ..Self::alone(module, stages) }
    }

    /// The shipped plugin, with this module and its part of the configuration.
    pub(super) fn plugin(&self, shipped: &Value) -> io::Result<Value> {
        let mut plugin = shipped.clone();
        plugin["name"] = json!(format!("watchword.{}", self.module));
        plugin["vm_config"]["code"]["local"]["filename"] = json!(module(self.module)?);
        // Modules of different code must not share a VM.
        plugin["vm_config"]["vm_id"] = json!(self.module);
        plugin["configuration"]["value"] = self.configuration(&shipped["configuration"]["value"]);
        Ok(plugin)
    }

    fn configuration(&self, shipped: &Value) -> Value {
        let mut configuration = json!({ "realm": "shop", "unknown_route": "deny" });
        configuration["observe"] = shipped["observe"].clone();
        let routes = shipped["routes"].as_array().into_iter().flatten();
        configuration["routes"] = routes.filter_map(|route| self.route(route)).collect();
        for stage in self.stages {
            configuration[stage.section()] = shipped[stage.section()].clone();
        }
        if self.has(Stage::Authz) {
            configuration["authz"]["policies"] = json!(policies(self.policies));
        }
        if self.has(Stage::Ratelimit) {
            configuration["ratelimit"]["limits"] = self.limits(&shipped["ratelimit"]["limits"]);
        }
        if self.forwards {
            configuration["jwt"]["providers"]["corp"]["forward"] = json!(true);
        }
        if self.verified_elsewhere {
            configuration["verified_elsewhere"] = json!(["corp", "partners"]);
        }
        configuration
    }

    /// A shipped route, as far as there are stages for it.
    fn route(&self, shipped: &Value) -> Option<Value> {
        let mut route = shipped.as_object()?.clone();
        if !self.knows_callers() {
            anonymous(&mut route);
        }
        if !self.has(Stage::Authz) {
            route.insert("authorize".to_owned(), json!("none"));
        }
        if !self.has(Stage::Ratelimit) {
            route.remove("limits");
        } else if !self.knows_callers() {
            route.insert("limits".to_owned(), json!(["per-address"]));
        }
        Some(Value::Object(route))
    }

    /// The shipped limits with room for the load. Without callers there are none that count by caller.
    fn limits(&self, shipped: &Value) -> Value {
        let limits = shipped.as_object().into_iter().flatten();
        let usable = limits.filter(|(name, _)| self.knows_callers() || *name == "per-address");
        let roomy = usable.map(|(name, limit)| {
            let mut limit = limit.clone();
            (limit["requests"], limit["burst"]) = (json!(REQUESTS), json!(REQUESTS));
            (name.clone(), limit)
        });
        Value::Object(roomy.collect())
    }

    fn knows_callers(&self) -> bool {
        self.has(Stage::Jwt) || self.verified_elsewhere
    }

    fn has(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }
}

/// Without a stage that verifies, everybody is taken who comes.
fn anonymous(route: &mut Map<String, Value>) {
    route.insert("authenticate".to_owned(), json!("none"));
    route.remove("cors_preflight");
}
