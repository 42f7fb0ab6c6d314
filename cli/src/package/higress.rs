//! What the console of Higress reads of a module: `spec.yaml`.

use serde_json::{Value, json};

use crate::modules::Module;

/// The oldest Higress whose Envoy speaks the ABI of the modules.
const MIN_GATEWAY: &str = "2.0.0";

/// What is said of a module.
pub(crate) struct About {
    pub(crate) title: &'static str,
    pub(crate) description: &'static str,
    /// The group in the console.
    category: &'static str,
    /// Where the module stands among others, in the words of Istio.
    phase: &'static str,
    /// Higher ones come first in a phase: tokens before policies before limits.
    priority: u16,
}

impl About {
    pub(crate) fn of(module: Module) -> Self {
        let (title, description, category, phase, priority) = match module {
            Module::Watchword => (
                "Watchword",
                "Verifies tokens, propagates identity, decides with Cedar policies and limits rates.",
                "auth",
                "AUTHN",
                400,
            ),
            Module::JwtVerify => {
                ("Watchword JWT", "Verifies JSON Web Tokens and API keys.", "auth", "AUTHN", 400)
            }
            Module::IdentityPropagation => (
                "Watchword identity",
                "Strips forged identity, verifies and mints the internal token.",
                "auth",
                "AUTHN",
                390,
            ),
            Module::AbacAuthz => {
                ("Watchword authorization", "Decides with Cedar policies.", "auth", "AUTHZ", 400)
            }
            Module::RateLimit => {
                ("Watchword rate limit", "Limits rates by verified identity.", "traffic", "AUTHZ", 390)
            }
        };
        Self { title, description, category, phase, priority }
    }

    /// The document, with the schema of the configuration where there is one.
    pub(crate) fn spec(
        &self,
        name: &str,
        version: &str,
        schema: Option<Value>,
    ) -> Result<Vec<u8>, serde_norway::Error> {
        // An object of any members: Higress wants a schema, and ours is checked by the module anyway.
        let schema = schema.unwrap_or_else(|| json!({ "type": "object" }));
        let document = json!({
            "apiVersion": "1.0.0",
            "info": {
                "gatewayMinVersion": MIN_GATEWAY,
                "category": self.category,
                "name": name,
                "title": self.title,
                "description": self.description,
                "version": version,
            },
            "spec": {
                "phase": self.phase,
                "priority": self.priority,
                "configSchema": { "openAPIV3Schema": schema },
            },
        });
        serde_norway::to_string(&document).map(String::into_bytes)
    }
}
