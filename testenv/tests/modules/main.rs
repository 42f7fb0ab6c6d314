//! Each module loads in a real Envoy and answers; four of them in a chain do what the one does.

mod module;

use std::io;

use module::{MODULES, complaint, plugin};
use serde_json::json;
use testenv::client::{Request, exchange};
use testenv::{Bootstrap, Mesh, Options, Side, gate};

#[test]
fn every_module_loads_and_answers() {
    let good = MODULES.into_iter().filter(|(name, sections, status, details)| {
        let done = complaint(name, sections, *status, details);
        done.inspect_err(|error| println!("{name}: {error}")).is_ok()
    });
    assert!(gate::count("modules.load", good.count(), MODULES.len(), 5));
}

fn chain(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let shipped = bootstrap.plugin("clients")?.clone();
    let filters = &mut bootstrap.connection_manager("clients")?["http_filters"];
    let router = filters[1].take();
    let mut chained = Vec::new();
    for (name, sections, ..) in &MODULES[1..] {
        let config = plugin(&shipped, name, sections)?;
        let wasm = "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm";
        chained.push(json!({ "name": name, "typed_config": { "@type": wasm, "config": config } }));
    }
    chained.push(router);
    *filters = json!(chained);
    Ok(())
}

#[test]
fn in_a_chain_each_module_acts_on_the_identity_that_the_first_has_verified() {
    let options = Options::new("chain").only(&[Side::Edge]).change(Side::Edge, chain);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let refusal = |request: &Request| {
        let answer = exchange(mesh.reach.edge, request).unwrap();
        let entry =
            mesh.envoy(Side::Edge).access_log().by_request_id(answer.request_id().unwrap()).unwrap();
        entry.details.unwrap_or_default()
    };
    let reader = Request::get("/orders/42").bearer(&mesh.token("alice").unwrap());
    let nobody = Request::get("/orders/42").bearer(&mesh.reach.token("sub=bob&roles=[]").unwrap());
    assert_eq!(refusal(&Request::get("/orders/42")), "watchword_jwt_credential_missing");
    assert_eq!(refusal(&nobody), "watchword_authz_no_policy_permits");
    assert_eq!(refusal(&reader), "via_upstream");
    assert_eq!(mesh.orders.received().len(), 1);
    assert_eq!(mesh.orders.received()[0].header("txn-token").len(), 1, "the internal token was minted");
    let limited = (0..100).map(|_| refusal(&reader)).find(|details| details != "via_upstream");
    assert_eq!(limited.as_deref(), Some("watchword_ratelimit_limit_reached"));
}
