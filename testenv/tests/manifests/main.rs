//! The configurations in the manifests of `envoy/istio` and `envoy/gateway`, loaded and at work in real Envoys.
//!
//! What a control plane makes of a manifest is written down here (`extension.rs`), from what istiod and Envoy
//! Gateway do: the name, the environment, and the configuration as a text of JSON. Neither of them runs.

mod extension;
mod flow;
mod listeners;

use std::io;

use extension::Extension;
use testenv::{Bootstrap, Envoy, EnvoyOptions, Mesh, RunDirectory, gate};

/// The files, each with the number of configurations in it. Those of `envoy/istio/wasmplugin` hold the same
/// ones, which `scripts/manifests` compares.
const FILES: [(&str, usize); 9] = [
    ("istio/gateway.yaml", 1),
    ("istio/handover.yaml", 1),
    ("istio/inbound.yaml", 1),
    ("istio/outbound.yaml", 1),
    ("istio/waypoint.yaml", 1),
    ("istio/envoyfilter/gateway.yaml", 1),
    ("istio/envoyfilter/sidecar.yaml", 2),
    ("gateway/policy.yaml", 1),
    ("gateway/route.yaml", 1),
];

fn shipped() -> io::Result<Vec<Extension>> {
    let mut all = Vec::new();
    for (file, configurations) in FILES {
        let found = extension::read(file)?;
        assert_eq!(found.len(), configurations, "{file}");
        all.extend(found);
    }
    Ok(all)
}

/// What Envoy says of a bootstrap with these.
fn validate(extensions: &[Extension]) -> io::Result<(bool, String)> {
    let directory = RunDirectory::create("manifests")?;
    let environment = testenv::EdgeSecrets::generate()?.environment().to_vec();
    let options = EnvoyOptions { concurrency: 1, environment };
    let bootstrap = Bootstrap::new(listeners::bootstrap(extensions)?);
    let output = Envoy::validate(&bootstrap, directory.path(), &options)?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn envoy_takes_every_configuration() {
    let extensions = shipped().unwrap();
    let (taken, said) = validate(&extensions).unwrap();
    // It stops at the first that it does not take.
    let refused = extensions.iter().position(|extension| said.contains(&extension.complaint()));
    let good = if taken { extensions.len() } else { refused.unwrap_or(0) };
    assert!(gate::count("ship.manifest_configurations", good, extensions.len(), 10), "{said}");
}

#[test]
fn a_user_passes_gateway_and_sidecars_configured_as_in_istio() {
    let mesh = Mesh::start(&flow::options().unwrap()).unwrap_or_else(|error| panic!("{error}"));
    flow::await_keys(&mesh);
    let rows = flow::rows(&mesh).unwrap();
    let complaints: Vec<_> = rows.iter().filter_map(|row| row.complaint(&mesh)).collect();
    let good = rows.len() - complaints.len();
    assert!(gate::count("ship.istio_flow", good, rows.len(), flow::ROWS), "{complaints:#?}");
}
