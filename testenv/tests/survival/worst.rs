//! What the worst request costs beside a plain one.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PSS_SHA512, RsaKeyPair};
use serde_json::{Value, json};
use testenv::client::{Connection, Request};
use testenv::issuer::TokenRequest;
use testenv::report::{Checked, ensure};
use testenv::{Behaviour, Bootstrap, Envoy};
use testenv_worker::issuer::{self, Algorithm};
use testenv_worker::requests::{get, with_fields, with_token};
use testenv_worker::{Signatures, Worker, shipped};
use wasmhost::{Module, built};

use crate::edge::Edge;
use crate::mix;
use crate::row::{Row, Table};
use crate::world::World;

/// How many plain requests the worst one may cost.
const MOST_TIMES: f64 = 100.0;

/// What the worst one may cost of a CPU.
const MOST_CPU: Duration = Duration::from_millis(5);

/// Policies of the proxy that is asked the worst.
const POLICIES: usize = 1_000;

/// Made with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096`, for this test alone.
const PEM: &str = include_str!("keys/rsa-4096.pem");

/// Its name, and where its public half is.
const KEY: &str = "rsa-4096";
const KEYS: &str = "/jwks/worst";

/// Requests of each kind: enough that a stray interrupt is no part to speak of.
const PLAIN: usize = 400;
const WORST: usize = 40;

/// Bytes by which a token is padded. Longer ones than 16 KiB are not read.
const PADDING: usize = 9 << 10;

/// All rows of this family.
pub fn run(world: &World, table: &Table) -> io::Result<()> {
    table.suffer("instructions for hostile requests", counted);
    table.suffer("CPU for the worst good one", || measured(world));
    Ok(())
}

/// The same on every machine.
fn counted() -> Checked<Row> {
    let module = Module::load_whole(&built::path("watchword"))?;
    let mut worker = Worker::start(&module, &shipped::edge(), Signatures::ByProxy);
    let plain = worker
        .warm(&with_token("/orders", &issuer::token(Algorithm::Es256, "zoe")))
        .forwarded()
        .cost
        .fuel();
    let mut worst = (0, "");
    for (what, request) in hostile() {
        worst = worst.max((worker.request(request).cost.fuel(), what));
    }
    let times = worst.0 as f64 / plain as f64;
    ensure(times < MOST_TIMES, || format!("{} costs {times:.0} plain requests", worst.1))?;
    let said = format!("{} costs {times:.1} plain requests of {plain}", worst.1);
    Ok(Row { sent: hostile().len() as u64, ..Row::default() }.saying(said))
}

fn hostile() -> Vec<(&'static str, wasmhost::Request)> {
    let mut padded = issuer::claims("zoe");
    padded["padding"] = json!("x".repeat(PADDING));
    let mut groups = issuer::claims("zed");
    groups["groups"] = json!((0..900).map(|number| format!("g{number}")).collect::<Vec<_>>());
    vec![
        ("a token of 40 KiB", with_token("/orders", &"A".repeat(40 << 10))),
        ("40,000 dots", with_token("/orders", &".".repeat(40 << 10))),
        (
            "a token as long as may be",
            with_token("/orders", &issuer::sign(Algorithm::Es256, "ES256", &padded)),
        ),
        ("900 groups", with_token("/orders", &issuer::sign(Algorithm::Es256, "ES256", &groups))),
        ("an unknown key", with_token("/orders", &issuer::sign(Algorithm::Es256, "nobody", &padded))),
        ("a forged signature", with_token("/orders", &issuer::forged(Algorithm::Es256, "eve"))),
        ("1,000 fields", with_fields(1_000, "/orders", &issuer::token(Algorithm::Es256, "zoe"))),
        ("a path of 10,000 segments", get(&"/a".repeat(10_000))),
        ("a path of 8,000 escapes", get(&format!("/orders/{}", "%41".repeat(8_000)))),
    ]
}

/// A token as long as may be, by the largest key, that nobody has seen, under a thousand policies.
fn measured(world: &World) -> Checked<Row> {
    let mut keys = world.mesh.issuer.key_set();
    keys["keys"].as_array_mut().ok_or("no keys")?.push(jwk()?);
    world.mesh.issuer.behave_at(KEYS, Behaviour::Answer(200, keys.to_string().into()));
    let edge = world.edge("worst", configure)?;
    let before = edge.look()?;
    let plain = cpu_of_each(&edge, &vec![world.cases[0].request.clone(); PLAIN])?;
    let worst: Vec<Request> = (0..WORST).map(|number| worst(world, number)).collect::<io::Result<_>>()?;
    let worst = cpu_of_each(&edge, &worst)?;
    let after = edge.look()?;
    after.is_as_before(&before, 0)?;
    after.has_logged_only(&edge.envoy, &before, &[])?;
    let times = worst.as_secs_f64() / plain.as_secs_f64();
    ensure(worst <= MOST_CPU, || format!("{worst:?} of a CPU"))?;
    ensure(times < MOST_TIMES, || format!("{times:.0} plain requests"))?;
    let growth = after.resident as i64 - before.resident as i64;
    let said = format!("{worst:.1?}, a plain one {plain:.1?}: {times:.1} times as much");
    Ok(Row { sent: (PLAIN + WORST) as u64, growth, ..Row::default() }.saying(said))
}

fn configure(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let configuration = bootstrap.configuration("clients")?;
    let provider = &mut configuration["jwt"]["providers"]["corp"];
    provider["algorithms"] = json!(["RS256", "ES256", "EdDSA", "PS512"]);
    provider["keys"]["remote"]["path"] = json!(KEYS);
    shipped::add_policies(configuration, POLICIES);
    Ok(())
}

/// CPU of the proxy for each of these requests, all of which must be let in.
fn cpu_of_each(edge: &Edge, requests: &[Request]) -> Checked<Duration> {
    let mut connection = Connection::plain(edge.address)?;
    let before = cpu(&edge.envoy)?;
    for request in requests {
        let status = connection.exchange(request)?.status;
        ensure(status == 200, || format!("{status} for a request that is to be let in"))?;
    }
    Ok((cpu(&edge.envoy)? - before) / u32::try_from(requests.len())?)
}

/// CPU time of all threads that it has now. A proxy that serves ends none.
fn cpu(envoy: &Envoy) -> io::Result<Duration> {
    let nanos = |task: &Path| {
        let text = fs::read_to_string(task.join("schedstat"))?;
        let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
        nanos.map(Duration::from_nanos).ok_or_else(|| io::Error::other(format!("no time in `{text}`")))
    };
    fs::read_dir(format!("/proc/{}/task", envoy.id()))?.map(|task| nanos(&task?.path())).sum()
}

fn worst(world: &World, number: usize) -> io::Result<Request> {
    let token: TokenRequest =
        mix::user(&format!("worst-{number}"))?.claim("padding", "x".repeat(PADDING)).claim(
            "roles",
            json!(
                (0..50).map(|role| format!("role-{role}")).chain(["reader".to_owned()]).collect::<Vec<_>>()
            ),
        );
    let header = json!({ "alg": "PS512", "kid": KEY });
    let key = key()?;
    let token = world.mesh.issuer.forge(&token, &header, |input| {
        let mut signature = vec![0; key.public().modulus_len()];
        let signed = key.sign(&RSA_PSS_SHA512, &SystemRandom::new(), input, &mut signature);
        signed.map(|()| signature).map_err(io::Error::other)
    })?;
    Ok(mix::orders().bearer(&token))
}

fn key() -> io::Result<RsaKeyPair> {
    let body: String = PEM.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(body).map_err(io::Error::other)?;
    RsaKeyPair::from_pkcs8(&der).map_err(io::Error::other)
}

fn jwk() -> io::Result<Value> {
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(key()?.public());
    let text = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
    Ok(json!({ "kty": "RSA", "kid": KEY, "use": "sig", "alg": "PS512", "n": text(&n), "e": text(&e) }))
}
