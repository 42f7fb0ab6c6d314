//! The shop in containers: what `docker-compose.yaml` mounts, and where it publishes what it runs.
//!
//! A service and its sidecar share one network, as in a pod: the service listens on its loopback, and only
//! its sidecar is reached from outside.

mod metrics;
pub mod quota;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use crate::bootstrap::{self, Bootstrap, Words};
use crate::client::{Connection, Request, exchange};
use crate::edge_secrets::REMOTE_KEYS;
use crate::envoy::access_log;
use crate::{AccessLog, Certificates, EdgeSecrets, Reach, Side};

/// Where the containers find what [`prepare`] writes.
const MOUNTED: &str = "/shop";

/// Where they find the modules.
const MODULES: &str = "/modules";

/// The file with the partner's API key.
const PARTNER_KEY: &str = "partner.key";

/// The field in which a partner brings it.
const PARTNER: &[u8] = b"x-api-key";

/// How long the proxies may take to start: three times V8 compiles the module, on whatever cores there are.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often is asked.
const POLL: Duration = Duration::from_millis(200);

/// Write certificates, the edge's secrets and the three bootstraps into `directory`: the shipped ones, with one
/// [limit](quota) more at the edge, and a listener for metrics.
///
/// # Errors
/// When a file cannot be written, or a bootstrap holds a word that nothing stands for here.
pub fn prepare(directory: &Path) -> io::Result<()> {
    Certificates::create(&directory.join("certificates"))?;
    fs::create_dir_all(directory.join("logs"))?;
    let secrets = EdgeSecrets::generate()?;
    fs::write(directory.join("edge-signing.pem"), secrets.signing_key.private_pem())?;
    fs::write(directory.join("edge-mac.key"), &secrets.mac_key)?;
    fs::write(directory.join(PARTNER_KEY), &secrets.partner_key)?;
    let mut bootstrap = Bootstrap::read("edge.yaml", &edge(&secrets)?)?;
    quota::add(&mut bootstrap)?;
    metrics::add(&mut bootstrap)?;
    bootstrap.write(directory, "edge")?;
    for side in [Side::Orders, Side::Payments] {
        let mut bootstrap = Bootstrap::read("sidecar.yaml", &sidecar(side, &secrets)?)?;
        metrics::add(&mut bootstrap)?;
        bootstrap.write(directory, side.name())?;
    }
    Ok(())
}

/// Where a composition is reached that has mounted `directory` and publishes on these ports of the loopback.
///
/// # Errors
/// When [`prepare`] has not written there.
pub fn reach(directory: &Path, [edge, orders, payments, issuer]: [u16; 4]) -> io::Result<Reach> {
    let loopback = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    Ok(Reach {
        edge: loopback(edge),
        orders: loopback(orders),
        payments: loopback(payments),
        issuer: loopback(issuer),
        partner_key: fs::read_to_string(directory.join(PARTNER_KEY))?,
        certificates: Certificates::at(&directory.join("certificates")),
        logs: Side::ALL.map(|side| AccessLog::new(&access_log(&directory.join("logs"), side.name()))),
    })
}

/// Whether what listens at `address` answers a request for `path` with 200: what containers are asked about their
/// health.
pub fn is_healthy(address: SocketAddr, path: &str) -> bool {
    exchange(address, &Request::get(path)).is_ok_and(|answer| answer.status == 200)
}

/// Wait until requests reach both services.
///
/// # Errors
/// When they do not in time; the message says what was missing last.
pub fn wait(reach: &Reach) -> io::Result<()> {
    let start = Instant::now();
    loop {
        let answered = answered(reach);
        if answered.is_ok() || start.elapsed() > PATIENCE {
            return answered;
        }
        thread::sleep(POLL);
    }
}

/// The engine accepts connections for containers that do not, so only an answer counts.
fn answered(reach: &Reach) -> io::Result<()> {
    let health = Request::get("/healthz");
    // With a token: orders' sidecar must have fetched the edge's keys.
    let token = reach.token("sub=first")?;
    let orders = exchange(reach.edge, &Request::get("/orders").bearer(&token))?.status;
    let payments =
        Connection::tls(reach.payments, &reach.certificates, Some("orders"))?.exchange(&health)?.status;
    match (orders, payments) {
        (200, 200) => Ok(()),
        _ => Err(io::Error::other(format!("orders answers {orders}, payments {payments}"))),
    }
}

fn edge(secrets: &EdgeSecrets) -> io::Result<Words> {
    let mut words = common(Side::Edge)?;
    words.extend(secrets.words());
    words.extend([
        ("PORT", "8080".to_owned()),
        ("KEYS_PORT", "8444".to_owned()),
        ("ISSUER", "issuer".to_owned()),
        ("ISSUER_PORT", "8080".to_owned()),
        ("ORDERS", "orders".to_owned()),
        ("ORDERS_PORT", "8443".to_owned()),
    ]);
    Ok(words)
}

fn sidecar(side: Side, secrets: &EdgeSecrets) -> io::Result<Words> {
    let (destination, caller, keys) = match side {
        Side::Edge | Side::Orders => ("payments", "edge", REMOTE_KEYS.to_owned()),
        Side::Payments => ("orders", "orders", secrets.inline_keys()),
    };
    let mut words = common(side)?;
    words.extend([
        ("SERVICE", side.name().to_owned()),
        ("PORT", "8443".to_owned()),
        ("OUTBOUND", "127.0.0.1".to_owned()),
        ("OUTBOUND_PORT", "9000".to_owned()),
        ("APP", "127.0.0.1".to_owned()),
        ("APP_PORT", "8080".to_owned()),
        ("DESTINATION", destination.to_owned()),
        ("DESTINATION_ADDRESS", destination.to_owned()),
        ("DESTINATION_PORT", "8443".to_owned()),
        ("CALLERS", format!("[spiffe://shop.test/{caller}]")),
        ("EDGE_KEYS", keys),
        ("EDGE_KEYS_ADDRESS", "edge".to_owned()),
        ("EDGE_KEYS_PORT", "8444".to_owned()),
        ("ROUTES", bootstrap::read(&format!("routes/{}.yaml", side.name()))?),
    ]);
    Ok(words)
}

fn common(side: Side) -> io::Result<Words> {
    let logs = Path::new(MOUNTED).join("logs");
    Ok(Words::from([
        ("LISTEN", "0.0.0.0".to_owned()),
        ("ADMIN_PORT", metrics::ADMIN_PORT.to_string()),
        ("WASM", format!("{MODULES}/watchword.wasm")),
        ("CERTIFICATES", format!("{MOUNTED}/certificates")),
        ("ACCESS_LOG", access_log(&logs, side.name()).display().to_string()),
        ("SCHEMA", bootstrap::read("policies/shop.cedarschema")?),
        ("POLICIES", bootstrap::read("policies/shop.cedar")?),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RunDirectory;

    #[test]
    fn the_bootstraps_of_the_containers_hold_no_path_of_this_machine() {
        let run = RunDirectory::create("containers").unwrap();
        let directory = run.path();
        prepare(directory).unwrap();
        for file in ["edge.json", "orders.json", "payments.json"] {
            let bootstrap = fs::read_to_string(directory.join(file)).unwrap();
            assert!(bootstrap.contains(&format!("{MODULES}/watchword.wasm")), "{file}");
            assert!(!bootstrap.contains(&directory.display().to_string()), "{file}");
        }
    }
}
