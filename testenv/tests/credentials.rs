//! Credentials from other places and under other keys than the shipped edge takes, through a real Envoy.

#![expect(clippy::disallowed_methods, reason = "waiting is measured with a real clock")]

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use ring::hmac;
use serde_json::{Value, json};
use testenv::client::{Answer, Request, exchange};
use testenv::issuer::TokenRequest;
use testenv::{Bootstrap, Mesh, Options, Received, Side};

/// How long the first keys may take: two fetches, and a machine that has other things to do.
const FIRST_KEYS: Duration = Duration::from_secs(10);

/// Shared with the issuer of HS256 tokens. It is made for this test and opens nothing else.
const SECRET: &str = "shared with the issuer of this test, and with nobody else";

/// An edge that discovers the keys of `corp`, shares a secret with `legacy`, and looks everywhere.
fn edge() -> Mesh {
    let options = Options::new("credentials")
        .only(&[Side::Edge])
        .environment(Side::Edge, "LEGACY_SECRET", SECRET.to_owned())
        .change(Side::Edge, configure);
    Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"))
}

fn configure(bootstrap: &mut Bootstrap) -> io::Result<()> {
    let environment = &mut bootstrap.plugin("clients")?["vm_config"]["environment_variables"];
    environment["host_env_keys"]
        .as_array_mut()
        .into_iter()
        .for_each(|keys| keys.push("LEGACY_SECRET".into()));
    let configuration = bootstrap.configuration("clients")?;
    authenticate_only(configuration);
    let jwt = &mut configuration["jwt"];
    jwt["sources"] = json!([
        { "header": "authorization", "scheme": "Bearer" },
        { "cookie": "session" },
        { "query": "access_token" },
    ]);
    jwt["providers"]["corp"]["keys"] = json!({
        "discovery": { "cluster": "issuer", "authority": "issuer.test", "allow_http": true },
    });
    jwt["providers"]["legacy"] = json!({
        "kind": "access_token", "issuer": "https://legacy.test", "audiences": ["shop-api"],
        "algorithms": ["HS256"], "keys": { "secret": { "name": "LEGACY_SECRET", "encoding": "text" } },
        "forward": true,
    });
    Ok(())
}

/// Policies and limits are not what is tested here.
fn authenticate_only(configuration: &mut Value) {
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        route["authorize"] = json!("none");
        route["limits"] = json!([]);
        if let Some(providers) = route.pointer_mut("/authenticate/any_of").and_then(Value::as_array_mut)
            && providers.contains(&json!("corp"))
        {
            providers.push("legacy".into());
        }
    }
    if let Some(sections) = configuration.as_object_mut() {
        sections.remove("authz");
        sections.remove("ratelimit");
    }
}

/// The answer to `request`, and what the service has received of it.
fn sent(mesh: &Mesh, request: &Request) -> (Answer, Option<Received>) {
    let before = mesh.orders.received().len();
    let answer = exchange(mesh.reach.edge, request).unwrap_or_else(|error| panic!("{error}"));
    (answer, mesh.orders.received().into_iter().nth(before))
}

fn await_keys(mesh: &Mesh, request: &Request) {
    let start = Instant::now();
    while sent(mesh, request).0.status != 200 {
        assert!(start.elapsed() < FIRST_KEYS, "no keys were discovered");
        thread::sleep(Duration::from_millis(100));
    }
}

fn values(received: &Received, name: &str) -> Vec<String> {
    received.headers.iter().filter(|(field, _)| field == name).map(|(_, value)| value.clone()).collect()
}

/// A token of the issuer that shares a secret, under `secret`.
fn legacy(mesh: &Mesh, secret: &str) -> String {
    let request = TokenRequest::new("alice").claim("iss", "https://legacy.test");
    let header = json!({ "alg": "HS256", "kid": "any" });
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    mesh.issuer.forge(&request, &header, |input| Ok(hmac::sign(&key, input).as_ref().to_vec())).unwrap()
}

#[test]
fn credentials_are_found_judged_and_taken_away_wherever_they_stand() {
    let mesh = edge();
    let token = mesh.reach.token("sub=alice").unwrap();
    await_keys(&mesh, &Request::get("/orders").bearer(&token));

    let cookie = format!("theme=dark; session={token}; lang=de");
    let (answer, received) = sent(&mesh, &Request::get("/orders").header(b"cookie", cookie.as_bytes()));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(values(&received.unwrap(), "cookie"), ["theme=dark; lang=de"]);

    let (answer, received) = sent(&mesh, &Request::get(format!("/orders?a=1&access_token={token}&b=2")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("private, no-store"));
    assert_eq!(received.unwrap().path, "/orders?a=1&b=2");

    let twice = Request::get(format!("/orders?access_token={token}")).bearer(&token);
    assert_eq!(sent(&mesh, &twice).0.status, 400, "two credentials");

    let (answer, received) = sent(&mesh, &Request::get("/orders").bearer(&legacy(&mesh, SECRET)));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let received = received.unwrap();
    assert_eq!(values(&received, "txn-token").len(), 1, "the edge vouches for it");
    assert_eq!(values(&received, "authorization").len(), 1, "the provider says `forward`");
    let (answer, received) = sent(&mesh, &Request::get("/orders").bearer(&legacy(&mesh, "another secret")));
    assert_eq!((answer.status, received.is_none()), (401, true));
}
