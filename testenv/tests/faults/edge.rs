//! The configuration of the edge: it shares keys between its workers, and trusts as many issuers as a test
//! wants, each with keys at a path of its own.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use testenv::{Bootstrap, Options, Side};

/// How often keys are fetched at most, as the configuration allows.
pub const SHORTEST_REFRESH: Duration = Duration::from_secs(10);

/// The variable of the environment with the secret under which workers share keys.
const MAC_KEY: &str = "WATCHWORD_MAC_KEY";

/// The path of the keys of an issuer.
pub fn path(name: &str) -> String {
    format!("/jwks/{name}")
}

/// An edge for these issuers.
pub fn options(label: &str, issuers: &[&str], refresh: Duration) -> Options {
    let issuers: Vec<String> = issuers.iter().map(|name| (*name).to_owned()).collect();
    let secret = "between the workers of one proxy, and nobody else".to_owned();
    Options::new(label).only(&[Side::Edge]).environment(Side::Edge, MAC_KEY, secret).change(
        Side::Edge,
        move |bootstrap| {
            share_keys(bootstrap)?;
            // One for each issuer, so that the log tells their failures apart.
            issuers.iter().try_for_each(|name| bootstrap.copy_cluster("issuer", name))?;
            bootstrap.without_limits("clients")?;
            trust(bootstrap.configuration("clients")?, &issuers, refresh);
            Ok(())
        },
    )
}

/// Whether or not the shipped configuration does so already.
fn share_keys(bootstrap: &mut Bootstrap) -> io::Result<()> {
    bootstrap.configuration("clients")?["jwt"]["key_sharing"] = json!({ "secret": MAC_KEY });
    let names = &mut bootstrap.plugin("clients")?["vm_config"]["environment_variables"]["host_env_keys"];
    let names = names.as_array_mut().ok_or_else(|| io::Error::other("the module gets no environment"))?;
    if !names.iter().any(|name| name == MAC_KEY) {
        names.push(json!(MAC_KEY));
    }
    Ok(())
}

fn trust(configuration: &mut Value, issuers: &[String], refresh: Duration) {
    let shipped = configuration["jwt"]["providers"]["corp"].clone();
    let provider = |name: &String| {
        let mut provider = shipped.clone();
        provider["issuer"] = json!(issuer(name));
        provider["keys"]["remote"]["cluster"] = json!(name);
        provider["keys"]["remote"]["path"] = json!(path(name));
        provider["keys"]["remote"]["refresh_seconds"] = json!(refresh.as_secs());
        (name.clone(), provider)
    };
    configuration["jwt"]["providers"] = issuers.iter().map(provider).collect();
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if route["authenticate"]["any_of"].is_array() {
            route["authenticate"]["any_of"] = json!(issuers);
        }
    }
    tell_issuers_apart(configuration);
}

/// With several issuers, policies and services must know whose user it is.
fn tell_issuers_apart(configuration: &mut Value) {
    let authz = &mut configuration["authz"];
    let schema = authz["schema"].as_str().unwrap_or_default();
    authz["schema"] = json!(schema.replace("tenant: String,", "tenant: String, issuer: String,"));
    authz["principals"][0]["attributes"]["issuer"] = json!({ "claim": "iss" });
}

/// The name of an issuer in `iss`.
pub fn issuer(name: &str) -> String {
    format!("https://{name}.test")
}
