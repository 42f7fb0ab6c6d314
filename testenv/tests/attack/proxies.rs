//! The two proxies: the shipped edge, and an Envoy that has its own `jwt_authn` in the same place.

use std::cell::RefCell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use serde_json::{Value, json};
use testenv::{Bootstrap, Envoy, EnvoyOptions, Mesh, Options, Side, free_ports};

use crate::forge;
use crate::partner::{self, Partner};

/// The edge, which calls orders, and the Envoy to compare it with, which calls payments.
pub struct Proxies {
    /// Dropped first: it fetches keys from the issuer of the mesh.
    pub native: Envoy,
    /// Where that one listens.
    pub native_address: SocketAddr,
    /// The edge, the issuer and the services.
    pub mesh: Mesh,
}

impl Proxies {
    /// Start both.
    pub fn start(partner: &Partner) -> io::Result<Self> {
        let kept: Rc<RefCell<Option<Bootstrap>>> = Rc::default();
        let keep = Rc::clone(&kept);
        let keys = partner.key_set();
        let given = keys.clone();
        let options = Options::new("attack").only(&[Side::Edge]).change(Side::Edge, move |bootstrap| {
            bootstrap.without_limits("clients")?;
            take_partner(bootstrap.configuration("clients")?, &given);
            *keep.borrow_mut() = Some(bootstrap.clone());
            Ok(())
        });
        let mesh = Mesh::start(&options)?;
        let edge = kept.take().ok_or_else(|| io::Error::other("the edge was not started"))?;
        let (native, native_address) = start_native(edge, &mesh, &keys)?;
        Ok(Self { native, native_address, mesh })
    }
}

/// Trust the second issuer too.
fn take_partner(configuration: &mut Value, keys: &Value) {
    configuration["jwt"]["providers"]["partner"] = json!({
        "kind": "generic",
        "issuer": partner::ISSUER,
        "audiences": [partner::AUDIENCE],
        "algorithms": ["RS256", "ES256", "EdDSA"],
        "keys": { "inline": keys },
    });
    tell_issuers_apart(configuration);
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        if route["authenticate"]["any_of"].is_array() {
            route["authenticate"]["any_of"] = json!(["corp", "partner"]);
        }
    }
}

/// With two issuers, policies and services must know whose user it is.
fn tell_issuers_apart(configuration: &mut Value) {
    if let Some(claims) = configuration["identity"]["mint"]["claims"].as_array_mut() {
        claims.push(json!("iss"));
    }
    let authz = &mut configuration["authz"];
    let schema = authz["schema"].as_str().unwrap_or_default();
    authz["schema"] = json!(schema.replace("tenant: String,", "tenant: String, issuer: String,"));
    authz["principals"][0]["attributes"]["issuer"] = json!({ "claim": "iss" });
}

/// The bootstrap of the edge with another filter, other ports and another service.
fn start_native(mut bootstrap: Bootstrap, mesh: &Mesh, keys: &Value) -> io::Result<(Envoy, SocketAddr)> {
    let ([port, admin], held) = free_ports()?;
    let log = mesh.directory().join("native.access.json");
    let manager = bootstrap.connection_manager("clients")?;
    manager["access_log"][0]["typed_config"]["path"] = json!(log);
    manager["http_filters"][0] = filter(keys);
    let endpoint = "/load_assignment/endpoints/0/lb_endpoints/0/endpoint/address/socket_address/port_value";
    set(bootstrap.cluster("orders")?, endpoint, mesh.payments.address().port())?;
    let document = bootstrap.document()?;
    // It has no keys of its own to show.
    let listeners = document.pointer_mut("/static_resources/listeners").and_then(Value::as_array_mut);
    listeners.into_iter().for_each(|listeners| listeners.retain(|listener| listener["name"] == "clients"));
    set(document, "/admin/address/socket_address/port_value", admin)?;
    set(document, "/static_resources/listeners/0/address/socket_address/port_value", port)?;
    drop(held);
    let mut envoy = Envoy::start("native", &bootstrap, mesh.directory(), admin, &EnvoyOptions::default())?;
    envoy.ready()?;
    Ok((envoy, SocketAddr::from((Ipv4Addr::LOCALHOST, port))))
}

/// As equal as it can be: the same issuers, audiences, keys and place of the credential; `exp` and
/// `sub` required, and the leeway its own default, which is ours.
fn filter(keys: &Value) -> Value {
    let provider = |issuer, audience| {
        json!({
            "issuer": issuer,
            "audiences": [audience],
            "require_expiration": true,
            // The only other claim that it can be told to require.
            "subjects": { "safe_regex": { "regex": ".+" } },
            "from_headers": [{ "name": "Authorization", "value_prefix": "Bearer " }],
        })
    };
    let mut corp = provider(forge::ISSUER, forge::AUDIENCE);
    corp["remote_jwks"] = json!({
        "http_uri": { "uri": "http://issuer.test/jwks", "cluster": "issuer", "timeout": "2s" },
        "cache_duration": "300s",
        "async_fetch": {},
    });
    let mut partner = provider(partner::ISSUER, partner::AUDIENCE);
    partner["local_jwks"] = json!({ "inline_string": keys.to_string() });
    let any = json!([{ "provider_name": "corp" }, { "provider_name": "partner" }]);
    json!({ "name": "envoy.filters.http.jwt_authn", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        "providers": { "corp": corp, "partner": partner },
        "rules": [{
            "match": { "prefix": "/orders" },
            "requires": { "requires_any": { "requirements": any } },
        }],
    } })
}

fn set(document: &mut Value, pointer: &str, port: u16) -> io::Result<()> {
    let place = document.pointer_mut(pointer);
    *place.ok_or_else(|| io::Error::other(format!("no `{pointer}`")))? = port.into();
    Ok(())
}
