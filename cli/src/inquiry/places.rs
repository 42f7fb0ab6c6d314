//! Where a configuration says that documents are fetched.

use serde_json::{Map, Value, json};

/// A document that a proxy would fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What the configuration calls it: a provider, or a bundle.
    pub(super) name: String,
    pub(super) cluster: String,
    pub(super) authority: String,
    pub(super) path: String,
    pub(super) what: What,
}

/// What is fetched there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// The document itself, which a file stands for.
    Document,
    /// Metadata that say where the document is.
    Metadata(String),
}

/// The path at which metadata say that the key set is.
const JWKS_PATH: &str = "/keys-of-the-command-line";

/// As the filter has it where the configuration says nothing (OpenID Connect Discovery §4).
const METADATA_PATH: &str = "/.well-known/openid-configuration";

/// As the filter calls the provider of internal tokens where the configuration says nothing.
const INTERNAL: &str = "internal";

/// All of them.
pub(super) fn places(document: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    if let Value::Object(sections) = document {
        sections.iter().for_each(|(name, section)| walk(section, name, &mut found));
    }
    found
}

/// Look through what is called `name`.
fn walk(value: &Value, name: &str, found: &mut Vec<Place>) {
    let Value::Object(members) = value else { return };
    let name = own_name(members).unwrap_or(name);
    for (member, child) in members {
        match member.as_str() {
            "remote" => found.extend(remote(child, name)),
            "keys" => walk_keys(child, name, members, found),
            "verify" | "attach" => walk(child, INTERNAL, found),
            "bundle" | "providers" => walk(child, name, found),
            other => walk(child, other, found),
        }
    }
}

fn walk_keys(keys: &Value, name: &str, owner: &Map<String, Value>, found: &mut Vec<Place>) {
    found.extend(keys.get("remote").and_then(|raw| remote(raw, name)));
    let issuer = owner.get("issuer").and_then(Value::as_str).unwrap_or_default();
    found.extend(keys.get("discovery").and_then(|raw| discovery(raw, name, issuer)).into_iter().flatten());
}

fn own_name(members: &Map<String, Value>) -> Option<&str> {
    let name = if members.contains_key("remote") { "name" } else { "provider" };
    members.get(name).and_then(Value::as_str)
}

fn remote(raw: &Value, name: &str) -> Option<Place> {
    let text = |member: &str| Some(raw.get(member)?.as_str()?.to_owned());
    Some(Place {
        name: name.to_owned(),
        cluster: text("cluster")?,
        authority: text("authority")?,
        path: text("path")?,
        what: What::Document,
    })
}

fn discovery(raw: &Value, name: &str, issuer: &str) -> Option<[Place; 2]> {
    let text = |raw: &Value, member: &str| Some(raw.get(member)?.as_str()?.to_owned());
    let (cluster, authority) = (text(raw, "cluster")?, text(raw, "authority")?);
    let jwks = raw.get("jwks").cloned().unwrap_or_default();
    let keys = Place {
        name: name.to_owned(),
        cluster: text(&jwks, "cluster").unwrap_or_else(|| cluster.clone()),
        authority: text(&jwks, "authority").unwrap_or_else(|| authority.clone()),
        path: JWKS_PATH.to_owned(),
        what: What::Document,
    };
    let jwks_uri = format!("https://{}{JWKS_PATH}", keys.authority);
    let metadata = json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string();
    let path = text(raw, "path").unwrap_or_else(|| METADATA_PATH.to_owned());
    let what = What::Metadata(metadata);
    Some([Place { name: name.to_owned(), cluster, authority, path, what }, keys])
}
