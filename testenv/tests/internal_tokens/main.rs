//! Attacks on internal tokens: at a sidecar, from a workload that may call it, and at the edge, from outside.

#![expect(clippy::disallowed_methods, reason = "tokens are made and expire by a real clock")]

mod forge;
mod row;
mod rows;

use std::io;
use std::thread;
use std::time::Duration;

use forge::Forge;
use row::{PATH, Row, with_token};
use serde_json::{Value, json};
use testenv::client::{Request, exchange};
use testenv::issuer::{Algorithm, Key};
use testenv::{Bootstrap, Mesh, Options, Side, gate};

/// The fewest rows that are attacks.
const ATTACKS: usize = 40;

/// Two seconds more than the sidecar's leeway: time in which a token of one second ends.
const UNTIL_EXPIRED: Duration = Duration::from_secs(8);

/// The edge, and the sidecar of orders, which for once takes users' own tokens on one route.
fn shop(users: &Key) -> Mesh {
    let jwk = users.public_jwk();
    let options = Options::new("internal-tokens").only(&[Side::Edge, Side::Orders]);
    let options = options.change(Side::Orders, move |bootstrap| take_users(bootstrap, &jwk));
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn take_users(bootstrap: &mut Bootstrap, jwk: &Value) -> io::Result<()> {
    let configuration = bootstrap.configuration("inbound")?;
    configuration["jwt"] = json!({ "providers": { "corp": {
        "kind": "access_token", "issuer": "https://issuer.test", "audiences": ["shop-api"],
        "algorithms": ["ES256"], "keys": { "inline": { "keys": [jwk] } },
    } } });
    // Policies are not what is tested here.
    if let Some(sections) = configuration.as_object_mut() {
        sections.remove("authz");
    }
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        route["authorize"] = json!("none");
        if route["name"] == "list-orders" {
            route["authenticate"]["any_of"] = json!(["corp"]);
        }
    }
    Ok(())
}

#[test]
fn a_sidecar_refuses_every_internal_token_that_is_not_the_edge_s_own() {
    let users = Key::generate(Algorithm::Es256, "users-1").unwrap();
    let mesh = shop(&users);
    let forge = Forge::new(&mesh.edge_secrets().signing_key, &users).unwrap();
    let short = forge.draft("alice").times(0, 1).signed(forge.edge);
    let first = Row::good("control: a short life", &short, "alice").complaint(&mesh);
    assert_eq!(first, None);

    thread::sleep(UNTIL_EXPIRED);
    let mut rows = rows::all(&forge);
    rows.push(Row::forged("the same after its end", &short, "txn_token_expired"));
    let complaints: Vec<_> = rows.iter().filter_map(|row| row.complaint(&mesh)).collect();
    complaints.iter().for_each(|complaint| println!("{complaint}"));
    let outside = from_outside(&mesh, &forge);
    outside.iter().for_each(|complaint| println!("{complaint}"));

    let attacks = rows.iter().filter(|row| !row.is_control()).count() + OUTSIDE;
    println!("{attacks} attacks, {} controls", rows.len() + OUTSIDE - attacks);
    assert!(attacks >= ATTACKS, "{attacks} attacks");
    let all = rows.len() + OUTSIDE;
    let wrong = complaints.len() + outside.len();
    assert!(gate::count("identity.token_attacks", all - wrong, all, ATTACKS));
    for side in [Side::Edge, Side::Orders] {
        assert_eq!(mesh.envoy(side).stat("vm_reload").unwrap(), 0, "{side:?}: a VM has trapped");
    }
}

/// Requests that [`from_outside`] sends.
const OUTSIDE: usize = 4;

/// At the edge, an internal token that came from outside opens nothing and reaches nobody.
fn from_outside(mesh: &Mesh, forge: &Forge<'_>) -> Vec<String> {
    let own = mesh.token("bob").unwrap_or_else(|error| panic!("{error}"));
    let good = forge.good("admin");
    let subject = |user: &str| vec![user.to_owned()];
    let requests: [(&str, Request, u16, Vec<String>); OUTSIDE] = [
        ("outside: instead of a credential", with_token(&good), 401, Vec::new()),
        ("outside: as a bearer token", Request::get(PATH).bearer(&good), 401, Vec::new()),
        ("outside: beside a good credential", with_token(&good).bearer(&own), 200, subject("bob")),
        (
            "outside: where none is needed",
            Request::get("/healthz").header("txn-token", &good),
            200,
            Vec::new(),
        ),
    ];
    let complaints = requests.into_iter().filter_map(|(name, request, status, users)| {
        let before = mesh.orders.received().len();
        let answer = exchange(mesh.reach.edge, &request).unwrap_or_else(|error| panic!("{name}: {error}"));
        let arrived = mesh.orders.received().split_off(before);
        let told = arrived.iter().flat_map(|request| request.header("x-watchword-subject"));
        let told: Vec<_> = told.map(str::to_owned).collect();
        let hidden = arrived.iter().all(|request| request.header("txn-token").is_empty());
        let good = answer.status == status
            && told == users
            && hidden
            && arrived.len() == usize::from(status == 200);
        (!good).then(|| format!("{name}: {} {told:?}", answer.status))
    });
    complaints.collect()
}
