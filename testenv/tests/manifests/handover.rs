//! A second listener for clients, on which Istio's filter verifies the token: `envoy/istio/handover.yaml`.

use std::io;

use serde_json::{Value, json};
use testenv::Bootstrap;

use crate::extension;
use crate::shop;

/// Add it to the edge, on this port.
pub fn add(bootstrap: &mut Bootstrap, port: u16) -> io::Result<()> {
    let listeners = bootstrap.document()?["static_resources"]["listeners"].as_array_mut();
    let listeners = listeners.ok_or_else(|| io::Error::other("no listeners"))?;
    let clients = listeners.iter().find(|listener| listener["name"] == "clients");
    let mut listener = clients.cloned().ok_or_else(|| io::Error::other("no listener for clients"))?;
    listener["name"] = NAME.into();
    listener["address"]["socket_address"]["port_value"] = port.into();
    listeners.push(listener);
    shop::place(bootstrap, NAME, &extension::only("istio/handover.yaml")?, ("", ""))?;
    let filters = bootstrap.connection_manager(NAME)?["http_filters"].as_array_mut();
    filters.ok_or_else(|| io::Error::other("no filters"))?.insert(0, jwt_authn());
    Ok(())
}

const NAME: &str = "handover";

/// What istiod makes of the file's RequestAuthentication, but for the keys: it fetches those itself and puts
/// them in place, and here Envoy fetches them.
fn jwt_authn() -> Value {
    json!({ "name": "envoy.filters.http.jwt_authn", "typed_config": {
        "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        "providers": { "origins-0": {
            "issuer": "https://issuer.test",
            "audiences": ["shop-api"],
            "remote_jwks": {
                "http_uri": { "uri": "http://issuer.test/jwks", "cluster": "issuer", "timeout": "2s" },
                "async_fetch": {},
            },
            "payload_in_metadata": "payload",
            "normalize_payload_in_metadata": { "space_delimited_claims": ["scope", "permission"] },
        } },
        "rules": [{ "match": { "prefix": "/" }, "requires": { "requires_any": { "requirements": [
            { "provider_name": "origins-0" }, { "allow_missing": {} },
        ] } } }],
    } })
}
