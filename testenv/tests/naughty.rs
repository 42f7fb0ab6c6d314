//! Strings that have broken programs before, as a user's subject and claim: from the token at the edge to the
//! headers that the service reads, through two real Envoys.

use std::path::PathBuf;
use std::{env, fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testenv::client::{Request, exchange};
use testenv::issuer::TokenRequest;
use testenv::{Bootstrap, Mesh, Options, Received, Side, gate};

const GATE: &str = "identity.naughty_strings";

/// Strings in the Big List of Naughty Strings.
const STRINGS: usize = 515;

/// What marks a value that is not visible ASCII.
const ENCODED: &str = "base64url:";

#[test]
fn every_string_arrives_as_it_is_or_is_refused() {
    let Some(strings) = strings() else {
        println!(
            "\ngate {GATE} - {STRINGS}/{STRINGS} absent: WATCHWORD_CORPORA names no folder with blns \
             (github.com/minimaxir/big-list-of-naughty-strings)"
        );
        return;
    };
    let options = Options::new("naughty")
        .only(&[Side::Edge, Side::Orders])
        .change(Side::Edge, |edge| authenticate_only(edge, "clients"))
        .change(Side::Orders, |sidecar| {
            authenticate_only(sidecar, "inbound")?;
            sidecar.configuration("inbound")?["identity"]["headers"] =
                json!({ "from_claims": { "x-tenant": "tenant" } });
            Ok(())
        });
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let usual = names(&ask(&mesh, "alice").1.expect("a harmless subject arrives"));

    let (mut arrived, mut refused) = (0, 0);
    for string in &strings {
        match ask(&mesh, string) {
            (200, Some(received)) => {
                assert_eq!(told(&received), [string; 4].map(|text| Some(text.clone())));
                assert_eq!(names(&received), usual, "{string:?}");
                arrived += 1;
            }
            (401, None) => refused += 1,
            (status, received) => println!("{string:?}: {status}, {received:?}"),
        }
    }
    println!("{arrived} arrived, {refused} were refused");
    assert!(arrived > strings.len() / 2, "a proxy that refuses everything loses nothing either");
    assert!(gate::count(GATE, arrived + refused, strings.len(), STRINGS));
}

/// Policies and limits are not what is tested here.
fn authenticate_only(bootstrap: &mut Bootstrap, listener: &str) -> io::Result<()> {
    let configuration = bootstrap.configuration(listener)?;
    for route in configuration["routes"].as_array_mut().into_iter().flatten() {
        route["authorize"] = json!("none");
        route["limits"] = json!([]);
    }
    if let Some(sections) = configuration.as_object_mut() {
        sections.remove("authz");
        sections.remove("ratelimit");
    }
    Ok(())
}

/// The answer to a user of this name and tenant, and what the service has received.
fn ask(mesh: &Mesh, string: &str) -> (u16, Option<Received>) {
    let before = mesh.orders.received().len();
    let token = mesh.issuer.token(&TokenRequest::new(string).claim("tenant", string)).unwrap();
    let answer = exchange(mesh.reach.edge, &Request::get("/orders").bearer(&token)).unwrap();
    (answer.status, mesh.orders.received().into_iter().nth(before))
}

/// Subject and tenant, each as it is found in a header of its own and among the claims.
fn told(received: &Received) -> [Option<String>; 4] {
    let only = |name| match *received.header(name) {
        [value] => Some(value.to_owned()),
        _ => None,
    };
    let claims = only("x-watchword-claims").and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: Value = serde_json::from_slice(&claims.unwrap_or_default()).unwrap_or_default();
    let claim = |pointer| claims.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let plain = |name| only(name).as_deref().and_then(decoded);
    [plain("x-watchword-subject"), plain("x-tenant"), claim("/sub"), claim("/tctx/tenant")]
}

/// As a service would decode it, without any code of ours.
fn decoded(value: &str) -> Option<String> {
    match value.strip_prefix(ENCODED) {
        Some(encoded) => String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok(),
        None => value.bytes().all(|byte| byte.is_ascii_graphic()).then(|| value.to_owned()),
    }
}

fn names(received: &Received) -> Vec<String> {
    received.headers.iter().map(|(name, _)| name.clone()).collect()
}

/// The strings, where the corpora are there.
fn strings() -> Option<Vec<String>> {
    let root = PathBuf::from(env::var_os("WATCHWORD_CORPORA").filter(|value| !value.is_empty())?);
    let path = root.join("blns/blns.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_str(&text).unwrap())
}
