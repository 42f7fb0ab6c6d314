//! `watchword-testenv`: the shop for people who want to see it, and its parts for containers.

#![forbid(unsafe_code)]

use std::env;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use testenv::containers::{self, quota};
use testenv::load::Load;
use testenv::metrics::Prometheus;
use testenv::{Issuer, Mesh, Next, Options, Reach, Service, Side, gate, interrupt, table};

const USAGE: &str = "usage: watchword-testenv COMMAND

  demo [--keep]                                  start the shop, send it good and bad requests, show who
                                                 decided what; --keep leaves it running
  issuer LISTEN                                  the issuer of users' tokens
  service NAME LISTEN [PAYMENTS]                 a service; orders asks payments at PAYMENTS
  prepare DIRECTORY                              what docker-compose.yaml mounts: bootstraps, certificates, key
  observe SECONDS PROGRAM [ARGUMENT...]          start the shop and a Prometheus that scrapes it, send a mixed load
                                                 for so long, then run PROGRAM with PROMETHEUS in its environment
  table DIRECTORY EDGE ORDERS PAYMENTS ISSUER    the demo's requests, to a composition that has mounted it and
                                                 publishes on these ports; then exports until a limit is reached
  spent DIRECTORY EDGE ORDERS PAYMENTS ISSUER    whether that limit is still reached
  healthcheck ADDRESS PATH                       whether a request for PATH is answered 200

LISTEN, PAYMENTS and ADDRESS are HOST:PORT.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match *arguments.as_slice() {
        ["demo"] => demo(false),
        ["demo", "--keep"] => demo(true),
        ["issuer", listen] => address(listen).and_then(Issuer::start).and_then(Issuer::run).map(|()| true),
        ["service", name, listen] => service(name, listen, None),
        ["service", name, listen, payments] => service(name, listen, Some(payments)),
        ["prepare", directory] => containers::prepare(Path::new(directory)).map(|()| true),
        ["table", directory, ref ports @ ..] => {
            composition(directory, ports).and_then(|reach| show(&reach))
        }
        ["spent", directory, ref ports @ ..] => {
            composition(directory, ports).and_then(|reach| spent(&reach))
        }
        ["healthcheck", listen, path] => {
            address(listen).map(|address| containers::is_healthy(address, path))
        }
        ["observe", seconds, program, ref arguments @ ..] => observe(seconds, program, arguments),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("watchword-testenv: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every answer was as expected.
fn demo(keep: bool) -> io::Result<bool> {
    // From the first child on: returning, and not dying, closes the shop.
    interrupt::catch()?;
    let mut mesh = Mesh::start(&Options::new("demo"))?;
    let rows = table::run(&mesh.reach);
    interrupt::check()?;
    table::print(&rows)?;
    let as_expected = rows.iter().all(|row| row.outcome.complaint.is_none());
    if !as_expected {
        eprintln!("Logs: {}", mesh.directory().display());
        mesh.keep_directory();
    }
    if keep {
        invite(&mesh.reach, mesh.directory())?;
        interrupt::wait();
    }
    Ok(as_expected)
}

fn invite(reach: &Reach, directory: &Path) -> io::Result<()> {
    let (edge, certificates) = (reach.edge, reach.certificates.directory().display());
    println!("\nThe shop is open at http://{edge}; Ctrl-C closes it. Logs: {}\n", directory.display());
    println!("# 200: a reader, through the edge and both sidecars");
    println!("curl -i http://{edge}/orders/42 -H 'Authorization: Bearer {}'\n", reach.token("sub=alice")?);
    println!("# 403: not a buyer");
    let token = reach.token("sub=bob")?;
    println!("curl -i --json '{{}}' http://{edge}/orders -H 'Authorization: Bearer {token}'\n");
    println!("# 401: no token");
    println!("curl -i http://{edge}/orders/42\n");
    println!("# 403: the right certificate authority, the wrong workload");
    println!(
        "curl -ik https://{}/payments/42 --cert {certificates}/edge.pem --key {certificates}/edge.key\n",
        reach.payments
    );
    println!("# any other token: alg=RS256|ES256|EdDSA, flaw=expired|wrong_key|…, and claims");
    println!("curl 'http://{}/token?sub=carol&roles=\\[%22buyer%22\\]&level=2'", reach.issuer);
    Ok(())
}

fn service(name: &str, listen: &str, payments: Option<&str>) -> io::Result<bool> {
    Service::start(name, address(listen)?, payments.map(|address| Next::payments(address.to_owned())))?
        .run()?;
    Ok(true)
}

/// Whether the program says that all is well.
fn observe(seconds: &str, program: &str, arguments: &[&str]) -> io::Result<bool> {
    interrupt::catch()?;
    let seconds = seconds.parse().map_err(io::Error::other)?;
    let mesh = Mesh::start(&Options::new("observe"))?;
    let targets = Side::ALL.map(|side| (side.name(), mesh.envoy(side).admin_address()));
    let prometheus = Prometheus::start(mesh.directory(), &targets)?;
    mixed_load(&mesh, Duration::from_secs(seconds))?;
    let address = format!("http://{}", prometheus.address());
    let status = Command::new(program).args(arguments).env("PROMETHEUS", address).status()?;
    Ok(status.success())
}

/// Forty users who read orders all the time, and everything that the demo sends, again and again.
#[expect(clippy::disallowed_methods, reason = "the load lasts for a time")]
fn mixed_load(mesh: &Mesh, time: Duration) -> io::Result<()> {
    const PER_SECOND: u32 = 120;
    let tokens: Vec<String> =
        (0..40).map(|user| mesh.token(&format!("user{user}"))).collect::<io::Result<_>>()?;
    let requests = |number: u64, bytes: &mut Vec<u8>| {
        let token = &tokens[number as usize % tokens.len()];
        let head =
            format!("GET /orders/42 HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer {token}\r\n\r\n");
        bytes.extend_from_slice(head.as_bytes());
        0
    };
    let began = Instant::now();
    thread::scope(|scope| {
        let load = scope.spawn(|| Load::paced(PER_SECOND, time).run(mesh.reach.edge, 1, &requests));
        while began.elapsed() < time && interrupt::check().is_ok() {
            table::run(&mesh.reach);
            thread::sleep(Duration::from_secs(2));
        }
        load.join().map_err(|_| io::Error::other("the load has panicked"))?.map(drop)
    })
}

/// A composition, once it answers.
fn composition(directory: &str, ports: &[&str]) -> io::Result<Reach> {
    let ports: Vec<u16> =
        ports.iter().map(|port| port.parse()).collect::<Result<_, _>>().map_err(io::Error::other)?;
    let ports =
        ports.try_into().map_err(|_| io::Error::other("four ports: EDGE ORDERS PAYMENTS ISSUER"))?;
    let reach = containers::reach(Path::new(directory), ports)?;
    containers::wait(&reach)?;
    Ok(reach)
}

/// The table of the demo, and its gate. Leaves the limit of exports spent.
fn show(reach: &Reach) -> io::Result<bool> {
    let rows = table::run(reach);
    table::print(&rows)?;
    let as_expected = rows.iter().filter(|row| row.outcome.complaint.is_none()).count();
    let holds = gate::count("ship.compose", as_expected, rows.len(), 15);
    println!("{} exports more, and then 429: the engine has counted enough", quota::spend(reach)?);
    Ok(holds)
}

/// Whether the limit of exports is spent, and its gate: for an edge that has not counted anything itself.
fn spent(reach: &Reach) -> io::Result<bool> {
    let is_spent = !quota::passes(reach)?;
    println!("an edge that has just started: {}", if is_spent { "429 still" } else { "it counts anew" });
    Ok(gate::count("ship.compose_engine", usize::from(is_spent), 1, 1))
}

fn address(text: &str) -> io::Result<SocketAddr> {
    text.parse().map_err(|error| io::Error::other(format!("`{text}` is no HOST:PORT: {error}")))
}
