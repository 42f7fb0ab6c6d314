//! The edge's keys on a real Envoy: who signs with them, who gets them, and that they verify what was signed.

use std::collections::BTreeSet;
use std::io;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use testenv::client::{Answer, Connection, Request};
use testenv::{Bootstrap, Mesh, Options, Side};

/// Requests that each have a token of their own.
const REQUESTS: usize = 40;

/// An edge in which each request gets a token of its own, so that each is signed.
fn options(label: &str) -> Options {
    Options::new(label).only(&[Side::Edge]).change(Side::Edge, |bootstrap| {
        let configuration = bootstrap.configuration("clients")?;
        configuration["identity"]["mint"]["transaction"] = json!("request");
        configuration["identity"]["mint"]["parameters"] = json!(["order_id"]);
        bootstrap.without_limits("clients")
    })
}

/// Keep the functions of the proxy that are beyond the ABI from every module.
fn without_foreign_functions(bootstrap: &mut Bootstrap) -> io::Result<()> {
    for listener in ["clients", "keys"] {
        let capabilities = &mut bootstrap.plugin(listener)?["vm_config"]["capability_restriction_config"];
        let allowed = capabilities["allowed_capabilities"].as_object_mut();
        let removed = allowed.and_then(|allowed| allowed.remove("proxy_call_foreign_function"));
        removed.ok_or_else(|| io::Error::other("the function was not allowed anyway"))?;
    }
    Ok(())
}

#[test]
fn envoy_signs_what_the_published_key_verifies() {
    let mesh = Mesh::start(&options("keys-host")).unwrap();
    send(&mesh);
    tokens_are_good(&mesh);
    let edge = mesh.envoy(Side::Edge);
    assert_eq!(edge.stat("watchword.jwt.sign.host").unwrap(), REQUESTS as u64);
    assert!(edge.stat("watchword.jwt.sign.wasm").is_err(), "the module has signed, too");
}

#[test]
fn the_module_signs_where_envoy_does_not() {
    let options = options("keys-wasm").change(Side::Edge, without_foreign_functions);
    let mesh = Mesh::start(&options).unwrap();
    send(&mesh);
    tokens_are_good(&mesh);
    let edge = mesh.envoy(Side::Edge);
    assert_eq!(edge.stat("watchword.jwt.sign.wasm").unwrap(), REQUESTS as u64);
    assert!(edge.stat("watchword.jwt.sign.host").is_err(), "Envoy has signed, too");
}

fn send(mesh: &Mesh) {
    let token = mesh.token("alice").unwrap();
    let mut connection = Connection::plain(mesh.reach.edge).unwrap();
    for order in 0..REQUESTS {
        let request = Request::get(format!("/orders/{order}")).bearer(&token);
        assert_eq!(connection.exchange(&request).unwrap().status, 200);
    }
}

/// Each order came with a token for it, which a published key has signed, and no two with the same.
fn tokens_are_good(mesh: &Mesh) {
    let published = ask(mesh, Some("orders"), &Request::get("/keys")).unwrap().json();
    let mut transactions = BTreeSet::new();
    for received in mesh.orders.received() {
        let [token] = received.header("txn-token")[..] else { panic!("no token: {received:?}") };
        let claims = verified(token, &published["keys"]);
        let order = received.path.rsplit('/').next().unwrap();
        assert_eq!(claims["tctx"]["parameters"], json!({ "order_id": order }));
        assert_eq!(claims["sub"], "alice");
        transactions.insert(claims["txn"].to_string());
    }
    assert_eq!(transactions.len(), REQUESTS);
}

/// The claims of a token that one of `keys` has signed with ES256.
fn verified(token: &str, keys: &Value) -> Value {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = input.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    assert_eq!((&header["alg"], &header["typ"]), (&json!("ES256"), &json!("txntoken+jwt")));
    let key = keys.as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    let coordinate = |name: &str| decode(key[name].as_str().unwrap());
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(input.as_bytes(), &decode(signature)).unwrap();
    serde_json::from_slice(&decode(claims)).unwrap()
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn ask(mesh: &Mesh, workload: Option<&str>, request: &Request) -> io::Result<Answer> {
    Connection::tls(mesh.keys, &mesh.reach.certificates, workload)?.exchange(request)
}

#[test]
fn workloads_of_the_shop_get_the_keys_and_can_do_nothing_else() {
    let mesh = Mesh::start(&options("keys-listener")).unwrap();
    let as_orders = |request: &Request| ask(&mesh, Some("orders"), request).unwrap();
    let answer = as_orders(&Request::get("/keys"));
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(answer.header("cache-control"), Some("max-age=60"));
    let document = answer.json();
    let [key] = &document["keys"].as_array().unwrap()[..] else { panic!("not one key: {document}") };
    assert_eq!((&key["kid"], &key["alg"], key.get("d")), (&json!("edge-1"), &json!("ES256"), None));

    let head = as_orders(&Request::new("HEAD", "/keys"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-type"), Some("application/jwk-set+json"));
    let queried = as_orders(&Request::get("/keys?kid=edge-1"));
    assert_eq!((queried.status, &queried.body), (200, &answer.body));

    for (request, status) in [
        (Request::post("/keys", "{}"), 404),
        (Request::new("DELETE", "/keys"), 404),
        (Request::get("/"), 404),
        (Request::get("/keys/edge-1"), 404),
        (Request::get("/orders"), 404),
        (Request::get("//keys;x"), 400),
    ] {
        assert_eq!(as_orders(&request).status, status, "{request:?}");
    }
    for workload in [None, Some("outsider")] {
        assert!(ask(&mesh, workload, &Request::get("/keys")).is_err(), "{workload:?} is served");
    }
    let grpc = as_orders(&Request::get("/keys").header("content-type", "application/grpc"));
    assert_eq!((grpc.status, grpc.header("grpc-status")), (200, Some("12")));
    is_on_record(&mesh, &answer);
}

/// The log says who has answered, and the counters how often.
fn is_on_record(mesh: &Mesh, answer: &Answer) {
    let edge = mesh.envoy(Side::Edge);
    let entry = edge.access_log().by_request_id(answer.request_id().unwrap()).unwrap();
    assert_eq!(entry.details.as_deref(), Some("watchword_identity_keys"));
    let decision = entry.decision();
    let told = ["decision", "stage", "route"].map(|member| decision[member].clone());
    assert_eq!(told, [json!("answer"), json!("identity"), json!("keys")]);
    assert_eq!(edge.stat("watchword.answered.identity").unwrap(), 4);
}
