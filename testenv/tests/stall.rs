//! How long a worker keeps a request waiting while it takes in ten thousand policies.
//!
//! Ignored by default, because it measures time: `scripts/bench authz` runs it.
//!
//! Several connections ask one after the other without a pause, spread over both workers by the kernel. A
//! bundle of ten policies is exchanged for one of ten thousand, and that for the ten again; the slowest answer
//! in that time is at least as slow as the longest stall.

#![expect(clippy::disallowed_methods, reason = "a stall is measured with a real clock")]

use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bundle::{BundleName, Content, Meta, Text, seal};
use contract::UnixTime;
use jose::SigningKey;
use serde_json::{Value, json};
use testenv::client::{Connection, Request};
use testenv::issuer::TokenRequest;
use testenv::{Behaviour, Bootstrap, Mesh, Options, Side, gate, repository};

/// The most that a worker may keep anybody waiting, in milliseconds.
const MOST_MS: f64 = 250.0;

const FEW: usize = 10;
const MANY: usize = 10_000;
const CONNECTIONS: usize = 6;

/// Where the harness serves the bundle: the issuer answers with any bytes below its keys.
const PLACE: &str = "/jwks/policies";

/// How long both workers may take to fetch and take in a bundle.
const PATIENCE: Duration = Duration::from_secs(30);

/// RFC 8410 §7: what stands in front of the 32 bytes of a key on Ed25519.
const PKCS8_PREFIX: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

#[test]
#[ignore = "measures time"]
fn nobody_waits_long_while_ten_thousand_policies_are_taken_in() {
    let signer = signer();
    let (first, many, last) = (bundle(&signer, 1, FEW), bundle(&signer, 2, MANY), bundle(&signer, 3, FEW));
    let keys = json!({ "keys": [signer.public_jwk()] });
    let options = Options::new("stall")
        .only(&[Side::Edge])
        .environment(
            Side::Edge,
            "BUNDLE_MAC_KEY",
            "between the workers of one proxy, and nobody else".into(),
        )
        .issuer_at(PLACE, Behaviour::Answer(200, first.into()))
        .change(Side::Edge, move |bootstrap| fetch_policies(bootstrap, &keys));
    let mesh = Mesh::start(&options).unwrap();
    in_force(&mesh, 1);
    let quiet = slowest_while(&mesh, || thread::sleep(Duration::from_secs(2)));
    let exchange = |version, document: String| {
        let start = Instant::now();
        let slowest = slowest_while(&mesh, || {
            mesh.issuer.behave_at(PLACE, Behaviour::Answer(200, document.into()));
            in_force(&mesh, version);
            // What is taken out is dropped by the last request that holds it.
            thread::sleep(Duration::from_millis(500));
        });
        println!("version {version} in force after {:.2?}, slowest answer {slowest:.2?}", start.elapsed());
        slowest
    };
    let stall = exchange(2, many).max(exchange(3, last));
    println!("slowest answer with nothing else to do {quiet:.2?}");
    let got = stall.as_secs_f64() * 1_000.0;
    assert!(gate::line(
        "authz.swap_stall_ms",
        format!("{got:.0}"),
        format!("<={MOST_MS:.0}"),
        got <= MOST_MS
    ));
}

/// The slowest of all answers while `act` runs. Every one of them must be a good one.
fn slowest_while(mesh: &Mesh, act: impl FnOnce()) -> Duration {
    let (stop, slowest) = (AtomicBool::new(false), Mutex::new(Duration::ZERO));
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let request = orders(mesh);
                let mut connection = Connection::plain(mesh.reach.edge).unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    let status = connection.exchange(&request).unwrap().status;
                    assert_eq!(status, 200);
                    let took = start.elapsed();
                    let mut slowest = slowest.lock().unwrap();
                    *slowest = took.max(*slowest);
                }
            });
        }
        act();
        stop.store(true, Ordering::Relaxed);
    });
    slowest.into_inner().unwrap()
}

/// Wait until both workers and the main thread say that they decide by this version.
fn in_force(mesh: &Mesh, version: u64) {
    let (start, told) = (Instant::now(), format!("version {version} of the bundle is in force"));
    while mesh.envoy(Side::Edge).log().matches(&told).count() < 3 {
        assert!(start.elapsed() < PATIENCE, "version {version} is not in force");
        thread::sleep(Duration::from_millis(20));
    }
}

fn orders(mesh: &Mesh) -> Request {
    Request::get("/orders").bearer(&mesh.issuer.token(&TokenRequest::new("zoe")).unwrap())
}

/// The edge as shipped, but with a bundle in place of its policies, and without limits.
fn fetch_policies(bootstrap: &mut Bootstrap, keys: &Value) -> io::Result<()> {
    let names = &mut bootstrap.plugin("clients")?["vm_config"]["environment_variables"]["host_env_keys"];
    names.as_array_mut().into_iter().for_each(|names| names.push(json!("BUNDLE_MAC_KEY")));
    bootstrap.without_limits("clients")?;
    let configuration = bootstrap.configuration("clients")?;
    let authz = configuration["authz"].as_object_mut().into_iter();
    for authz in authz {
        authz.retain(|name, _| !matches!(name.as_str(), "schema" | "policies"));
        authz.insert(
            "bundle".into(),
            json!({
                "name": "shop", "keys": { "inline": keys }, "algorithms": ["EdDSA"],
                "remote": {
                    "cluster": "issuer", "authority": "issuer.test", "path": PLACE,
                    "refresh_seconds": 1, "timeout_ms": 5000,
                },
                "sharing": { "secret": "BUNDLE_MAC_KEY" },
            }),
        );
    }
    Ok(())
}

fn signer() -> SigningKey {
    let der = STANDARD.encode([PKCS8_PREFIX.as_slice(), &[7; 32]].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    SigningKey::from_pkcs8_pem(&pem, "policies").unwrap()
}

/// A bundle of so many policies, of which one permits what is asked here.
fn bundle(signer: &SigningKey, version: u64, policies: usize) -> String {
    let schema = fs::read_to_string(repository().join("envoy/policies/shop.cedarschema")).unwrap();
    let all = std::iter::once(r#"@id("all") permit (principal, action, resource);"#.to_owned());
    let policies: String = all.chain((1..policies).map(policy)).collect();
    let text = |name: &str, text: String| Text { name: name.into(), text };
    let content = Content {
        schema: text("shop.cedarschema", schema),
        policies: vec![text("orders.cedar", policies)],
        links: Vec::new(),
        entities: Vec::new(),
    };
    let now = UnixTime::from_seconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs());
    let meta = Meta {
        name: BundleName::parse("shop").unwrap(),
        version,
        issued_at: now,
        not_after: now.plus(Duration::from_secs(3_600)),
    };
    seal(&content, &meta, signer).unwrap()
}

/// Policies of three kinds, as services with many tenants have them.
fn policy(n: usize) -> String {
    match n % 3 {
        0 => format!(
            r#"@id("p{n}") permit (principal in Group::"g{n}", action == Action::"readOrder", resource)
               when {{ principal.level > {n} && principal.tenant == "t{n}" }};"#
        ),
        1 => format!(
            r#"@id("p{n}") permit (principal == User::"u{n}", action in [Action::"readOrder", Action::"listOrders"], resource)
               when {{ principal.roles.contains("r{n}") && principal.level >= 2 }};"#
        ),
        _ => format!(
            r#"@id("p{n}") forbid (principal, action, resource == Order::"o{n}")
               unless {{ principal.tenant == "t{n}" || principal.roles.contains("admin") }};"#
        ),
    }
}
