//! A running edge with one listener for each bundle.

use std::io;

use testenv::report::{Checked, Verdict, ensure};
use testenv::{Bootstrap, Envoy, free_ports};

use crate::gate::Gate;
use crate::world::World;

/// An edge.
pub struct Edge {
    pub envoy: Envoy,
    pub gates: Vec<Gate>,
}

impl Edge {
    /// Start an edge called `name`.
    pub fn start(world: &World, name: &str, mut gates: Vec<Gate>) -> io::Result<Self> {
        let ([clients, keys, admin], held) = free_ports()?;
        let (mut bootstrap, options) = world.mesh.replica(name, [clients, keys, admin])?;
        prepare(&mut bootstrap, world, &gates)?;
        open_gates(&mut bootstrap, world, &gates)?;
        gates.iter_mut().for_each(Gate::release);
        drop(held);
        let mut envoy = Envoy::start(name, &bootstrap, world.directory(), admin, &options)?;
        envoy.ready()?;
        Ok(Self { envoy, gates })
    }

    /// The gate of this name.
    ///
    /// # Panics
    /// When there is none.
    pub fn gate(&self, name: &str) -> &Gate {
        self.gates.iter().find(|gate| gate.name == name).expect("it was started with it")
    }

    /// Every fetch for the gate since the log was so long that has failed has done so for `reason`; gives how
    /// many did.
    pub fn failed(&self, gate: &Gate, since: usize, reason: &str) -> Checked<usize> {
        let log = self.envoy.log();
        let of_it = format!("fetch from `{}` failed: ", gate.name);
        let since = log.get(since..).unwrap_or_default();
        let reasons: Vec<&str> = since.lines().filter_map(|line| line.split(&of_it).nth(1)).collect();
        let others = reasons.iter().filter(|said| !said.starts_with(reason)).count();
        ensure(others == 0, || format!("its fetches failed for {reasons:?} and not all for {reason}"))?;
        Ok(reasons.len())
    }

    /// How often a bundle was refused since the log was so long because of `fault`, which no two gates have at
    /// one time: the log does not tell plugins apart.
    pub fn refused(&self, since: usize, fault: &str) -> usize {
        let log = self.envoy.log();
        let lines = log.get(since..).unwrap_or_default().lines();
        lines.filter(|line| line.contains("of the bundle is refused: ") && line.contains(fault)).count()
    }

    /// No VM has trapped.
    pub fn is_unharmed(&self) -> Verdict {
        let reloads = self.envoy.stat("vm_reload")?;
        ensure(reloads == 0, || format!("{reloads} VMs have trapped"))?;
        ensure(!self.envoy.log().contains("panicked"), || "a module has panicked".to_owned())?;
        Ok("no trap".to_owned())
    }
}

/// The service without TLS, the issuer's keys at once, no limits, even connections, and a cluster for each gate.
fn prepare(bootstrap: &mut Bootstrap, world: &World, gates: &[Gate]) -> io::Result<()> {
    bootstrap.cluster("orders")?["transport_socket"].take();
    bootstrap.send_to("orders", world.mesh.orders.address().port())?;
    bootstrap.without_limits("clients")?;
    bootstrap.balance()?;
    for gate in gates {
        bootstrap.copy_cluster("issuer", &gate.name)?;
        bootstrap.send_to(&gate.name, gate.server.address().port())?;
    }
    Ok(())
}

/// In the place of the listener that is shipped, one for each gate.
fn open_gates(bootstrap: &mut Bootstrap, world: &World, gates: &[Gate]) -> io::Result<()> {
    let listeners = &mut bootstrap.document()?["static_resources"]["listeners"];
    let shipped = listeners.as_array().into_iter().flatten().find(|listener| listener["name"] == "clients");
    let shipped = shipped.cloned().ok_or_else(|| io::Error::other("no listener for clients"))?;
    *listeners = gates.iter().map(|gate| gate.listener(&shipped, world)).collect();
    Ok(())
}
