//! Wasm plugins, wherever they are configured.

use std::rc::Rc;

use clap::ValueEnum;

use super::embedded::{self, Written};
use super::kind::OWN_MEMBERS;
use super::node::Node;
use super::reader::Fault;
use super::text::Text;
use crate::modules::Module;

/// The HTTP filter that runs Wasm.
const WASM_FILTER: &str = "envoy.extensions.filters.http.wasm.v3.Wasm";

/// Who says how a plugin is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Envoy itself, `envoy.extensions.wasm.v3.PluginConfig`.
    Envoy,
    /// Istio, in a `TrafficExtension` or `WasmPlugin`.
    Istio,
    /// Envoy Gateway, in an `EnvoyExtensionPolicy`.
    Gateway,
}

/// A plugin.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    /// Who configures it.
    pub(crate) role: Role,
    /// The node with its name, its code and its configuration.
    pub(crate) node: Rc<Node>,
}

/// All plugins of a document, in their order.
pub(crate) fn plugins_of(document: &Rc<Node>) -> Vec<Plugin> {
    let kind = document.member("kind").and_then(|kind| kind.text());
    let spec = document.member("spec");
    let plugin = |role| move |node: &Rc<Node>| Plugin { role, node: Rc::clone(node) };
    match kind {
        Some("TrafficExtension") => {
            spec.and_then(|spec| spec.member("wasm")).map(plugin(Role::Istio)).into_iter().collect()
        }
        Some("WasmPlugin") => spec.map(plugin(Role::Istio)).into_iter().collect(),
        Some("EnvoyExtensionPolicy") => {
            let wasm = spec.and_then(|spec| spec.member("wasm"));
            wasm.into_iter().flat_map(|wasm| wasm.items()).map(plugin(Role::Gateway)).collect()
        }
        Some(_) | None => in_envoy(document),
    }
}

fn in_envoy(document: &Rc<Node>) -> Vec<Plugin> {
    let mut found = Vec::new();
    document.each(&mut |node| {
        let config = filter(node).and_then(|filter| filter.field("config"));
        found.extend(config.map(|node| Plugin { role: Role::Envoy, node: Rc::clone(node) }));
    });
    found
}

/// The filter that `node` is, written out or as a typed struct.
fn filter(node: &Node) -> Option<&Node> {
    match node.message_type()? {
        WASM_FILTER => Some(node),
        "xds.type.v3.TypedStruct" | "udpa.type.v1.TypedStruct" => {
            let url = node.field("type_url")?.text()?;
            url.ends_with(WASM_FILTER).then(|| node.field("value").map(|value| &**value))?
        }
        _ => None,
    }
}

impl Plugin {
    /// What it is called.
    pub(crate) fn name(&self) -> Option<&str> {
        let name = match self.role {
            Role::Istio => self.node.member("pluginName"),
            Role::Envoy | Role::Gateway => self.node.member("name"),
        };
        name.and_then(|name| name.text())
    }

    /// Where its module comes from: a path, a URL, the name of an image.
    pub(crate) fn code(&self) -> Option<&Rc<Node>> {
        match self.role {
            Role::Istio => self.node.member("url"),
            Role::Gateway => {
                let code = self.node.member("code")?;
                code.at(&["image", "url"]).or_else(|| code.at(&["http", "url"]))
            }
            Role::Envoy => {
                let code = self.node.field("vm_config")?.field("code")?;
                let remote = || code.field("remote")?.field("http_uri")?.field("uri");
                code.at(&["local", "filename"]).or_else(remote)
            }
        }
    }

    /// Which of our modules it runs, as far as the names of code and plugin tell.
    pub(crate) fn module(&self) -> Option<Module> {
        let code = self.code().and_then(|code| code.text());
        code.and_then(module_in).or_else(|| self.name().and_then(module_in))
    }

    /// Whether it is one of ours, by its names or by what it is configured with.
    pub(crate) fn is_ours(&self, text: &Rc<Text>) -> bool {
        let has_own = |written: &Written| OWN_MEMBERS.iter().any(|name| written.node.entry(name).is_some());
        let configured =
            || self.configuration(text).ok().flatten().is_some_and(|written| has_own(&written));
        self.module().is_some() || configured()
    }

    /// The member with its configuration.
    pub(crate) fn configuration_node(&self) -> Option<&Rc<Node>> {
        match self.role {
            Role::Envoy => self.node.field("configuration"),
            Role::Istio => self.node.member("pluginConfig"),
            Role::Gateway => self.node.member("config"),
        }
    }

    /// Its configuration, where it has one.
    ///
    /// # Errors
    /// When it is not written as the proxy would hand it over to the module.
    pub(crate) fn configuration(&self, text: &Rc<Text>) -> Result<Option<Written>, Fault> {
        let node = self.configuration_node();
        let read = node.map(|node| match self.role {
            Role::Envoy => embedded::of_any(text, node),
            Role::Istio | Role::Gateway => embedded::of_struct(text, node),
        });
        read.transpose()
    }
}

/// The module that something is called after.
fn module_in(name: &str) -> Option<Module> {
    let specific = Module::value_variants().iter().rev();
    let called = |module: &&Module| {
        let value = module.to_possible_value();
        value.is_some_and(|value| name.replace('_', "-").contains(value.get_name()))
    };
    specific.copied().find(|module| called(&module))
}
