//! The configurations in the manifests of `envoy/istio` and `envoy/gateway`, loaded and at work in real Envoys.
//!
//! What a control plane makes of a manifest is written down here (`extension.rs`), from what istiod and Envoy
//! Gateway do: the name, the environment, and the configuration as a text of JSON. Neither of them runs.

#![expect(clippy::disallowed_methods, reason = "the first keys are waited for with a real clock")]

mod extension;
mod handover;
mod listeners;
mod rows;
mod shop;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use extension::Extension;
use rows::Door;
use testenv::{Bootstrap, EdgeSecrets, Envoy, EnvoyOptions, Mesh, RunDirectory, Side, free_ports, gate};

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

/// The configurations in them.
const CONFIGURATIONS: usize = 10;

/// Rows at the gateway, and at the gateway to which Istio hands over: one that is gone must be noticed.
const ROWS: usize = 14;

fn shipped() -> Vec<Extension> {
    let read = |(file, configurations): (&str, usize)| {
        let found = extension::read(file).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(found.len(), configurations, "{file}");
        found
    };
    FILES.into_iter().flat_map(read).collect()
}

/// Whether Envoy takes a bootstrap with these, and what it says. It loads the module and shows it each
/// configuration, but serves nobody.
fn validate(extensions: &[Extension]) -> io::Result<(bool, String)> {
    let directory = RunDirectory::create("configurations")?;
    let environment = EdgeSecrets::generate()?.environment().to_vec();
    let options = EnvoyOptions { concurrency: 1, environment, ..EnvoyOptions::default() };
    let bootstrap = Bootstrap::new(listeners::bootstrap(extensions));
    let output = Envoy::validate(&bootstrap, directory.path(), &options)?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.success(), String::from_utf8_lossy(&said).into_owned()))
}

#[test]
fn envoy_takes_every_configuration() {
    let extensions = shipped();
    let (taken, said) = validate(&extensions).unwrap();
    // It stops at the first that it does not take, so that nothing is known of the others.
    let good = if taken { extensions.len() } else { 0 };
    assert!(gate::count("ship.manifest_configurations", good, extensions.len(), CONFIGURATIONS), "{said}");
}

#[test]
fn a_user_passes_gateway_and_sidecars_configured_as_in_istio() {
    let ([port], held) = free_ports().unwrap();
    let options = shop::options(port).unwrap();
    drop(held);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    send(&mesh, port);
}

fn send(mesh: &Mesh, port: u16) {
    let envoy = mesh.envoy(Side::Edge);
    let gateway = Door { address: mesh.reach.edge, envoy };
    let handover = Door { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), envoy };
    let doors = [(&gateway, rows::of_gateway(mesh)), (&handover, rows::of_handover(mesh))];

    let mut complaints = Vec::new();
    let mut all = 0;
    for (door, rows) in doors {
        let rows = rows.unwrap();
        door.await_keys(&mesh.token("first").unwrap());
        all += rows.len();
        complaints.extend(rows.iter().filter_map(|row| row.complaint(door, mesh)));
    }
    assert!(gate::count("ship.istio_flow", all - complaints.len(), all, ROWS), "{complaints:#?}");
}
