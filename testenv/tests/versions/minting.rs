//! Internal tokens: that the published key verifies them, and who has signed them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::Value;
use testenv::client::{Connection, Request, exchange};
use testenv::{Mesh, Options, Side};

use super::{EXPECTED, Outcomes};

/// Two cases.
pub fn run(outcomes: &mut Outcomes) {
    let options = Options::new("versions-minting").only(&[Side::Edge]);
    let mesh = Mesh::start(&options).unwrap_or_else(|error| panic!("{error}"));
    let request = Request::get("/orders/42").bearer(&mesh.token("alice").unwrap());
    assert_eq!(exchange(mesh.reach.edge, &request).unwrap().status, 200);
    let good = if is_verified(&mesh) { EXPECTED } else { "no published key verifies it" };
    outcomes.insert("an internal token".to_owned(), good.to_owned());
    let edge = mesh.envoy(Side::Edge);
    let signer =
        if edge.stat("watchword.jwt.sign.host").is_ok() { EXPECTED } else { "signed in the module" };
    outcomes.insert("Envoy signs internal tokens".to_owned(), signer.to_owned());
}

fn is_verified(mesh: &Mesh) -> bool {
    let received = mesh.orders.received();
    let [token] = received[0].header("txn-token")[..] else { panic!("not one token: {received:?}") };
    let (input, signature) = token.rsplit_once('.').unwrap();
    let mut keys = Connection::tls(mesh.keys, &mesh.reach.certificates, Some("orders")).unwrap();
    let published = keys.exchange(&Request::get("/keys")).unwrap().json();
    let coordinate = |name: &str| decode(&published["keys"][0][name]);
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(input.as_bytes(), &decode(&signature.into())).is_ok()
}

fn decode(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}
