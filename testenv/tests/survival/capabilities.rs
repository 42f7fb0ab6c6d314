//! A proxy that does not allow the module what it needs.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use serde_json::Value;
use testenv::report::{Checked, ensure};
use testenv::{Bootstrap, Envoy, Mesh, Options, Side};

use crate::edge::Edge;
use crate::load::{Case, Cost, Load};
use crate::mix;
use crate::row::{Row, Table};
use crate::world::World;

/// Without these nothing can be decided as the shipped configuration says, and that shows when it is loaded. What the
/// proxy then says: of local limits, that there is no table. Random bytes are needed before there is a configuration at
/// all, by the hash maps of the standard library, and without them the VM does not start.
const NEEDED_AT_ONCE: [(&str, &str); 2] = [
    ("proxy_set_shared_data", "configuration refused: "),
    ("random_get", "Attempted call to restricted WASI capability: random_get"),
];

/// Without this nothing can be fetched. Whoever needs what is fetched is refused, and the log says so.
const NEEDED_LATER: &str = "proxy_http_call";

/// Clients, each of which waits for keys that do not come.
const PATIENT_CLIENTS: usize = 64;

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    table.suffer("no random bytes, no shared data", refuses);
    table.suffer("no calls to other services", || stays_closed(world));
    Ok(())
}

/// The proxy does not start, and says why.
fn refuses() -> Checked<Row> {
    let mut said = Vec::new();
    for (capability, words) in NEEDED_AT_ONCE {
        let options = Options::new("capabilities").only(&[Side::Edge]);
        let options = options.change(Side::Edge, move |bootstrap| without(bootstrap, capability));
        let (accepted, log) = Mesh::check(&options, Side::Edge)?;
        ensure(!accepted, || format!("accepted without {capability}"))?;
        let why = log.lines().find_map(|line| line.find(words).and_then(|at| line.get(at..)));
        let why =
            why.ok_or_else(|| format!("nobody says why it is refused without {capability}: {log}"))?;
        let traps = log.contains("panicked");
        ensure(!traps || capability == "random_get", || format!("a trap without {capability}"))?;
        said.push(format!("without {capability}: {why}"));
    }
    Ok(Row::default().saying(said.join("; ")))
}

/// Everybody who needs keys waits for a second and is refused; everybody else is answered as always.
fn stays_closed(world: &World) -> Checked<Row> {
    let ports @ [port, _, admin] = World::ports()?;
    let change = |bootstrap: &mut Bootstrap| without(bootstrap, NEEDED_LATER);
    let (bootstrap, options) = world.bootstrap("no-calls", ports, change)?;
    let mut envoy = Envoy::start("no-calls", &bootstrap, world.mesh.directory(), admin, &options)?;
    envoy.ready()?;
    let edge = Edge { envoy, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
    // A bad token is refused as one where that shows without any keys.
    let without_token = |case: &Case| !case.request.to_bytes().windows(7).any(|bytes| bytes == b"Bearer ");
    let mut cases = mix::answered_with(&mix::only(&world.cases, true), 503);
    cases.extend(world.cases.iter().filter(|case| case.status == 404 || without_token(case)).cloned());
    let load = Load { clients: PATIENT_CLIENTS, ..Load::new(edge.address, &cases, Cost::NONE) };
    let lines = ["Attempted call to restricted proxy-wasm capability: proxy_http_call"];
    edge.under_with(&load, 0, &lines, |edge| {
        thread::sleep(world.profile.lasts);
        let log = edge.envoy.log();
        let told = log.lines().any(|line| line.contains("fetch from `issuer` failed: fetch_not_started"));
        ensure(told, || format!("the log does not say why: {log}"))?;
        Ok("503 for whoever needs keys, and the log says why".to_owned())
    })
}

/// Take the capability out of the list that is shipped.
fn without(bootstrap: &mut Bootstrap, capability: &str) -> io::Result<()> {
    let allowed =
        bootstrap.plugin("clients")?["vm_config"]["capability_restriction_config"]["allowed_capabilities"]
            .as_object_mut();
    let removed = allowed.and_then(|allowed| allowed.remove(capability));
    removed
        .map(|_: Value| ())
        .ok_or_else(|| io::Error::other(format!("{capability} is not allowed anyway")))
}
