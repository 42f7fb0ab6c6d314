//! Several tokens in one request while keys cannot be fetched, which has crashed proxies (CVE-2025-64527).

use std::time::Duration;

use testenv::client::{Request, exchange};
use testenv::issuer::Behaviour;

use crate::shop::{SHORTEST_REFRESH, Shop, options};

#[test]
fn two_tokens_while_no_keys_come_are_refused_and_harm_nobody() {
    let shop =
        Shop::open(&options("faults-two", &["other"], SHORTEST_REFRESH).issuer(Behaviour::Fail(500)));
    let [one, two] = ["corp", "other"].map(|name| shop.token(name));
    let both = Request::get("/orders").bearer(&one).bearer(&two);
    let joined = Request::get("/orders").header("authorization", format!("Bearer {one}, Bearer {two}"));
    let refused = || {
        for _ in 0..20 {
            assert_eq!(exchange(shop.mesh.reach.edge, &both).unwrap().status, 400);
            let status = exchange(shop.mesh.reach.edge, &joined).unwrap().status;
            assert!([400, 401].contains(&status), "{status}");
        }
    };
    refused();
    shop.mesh.issuer.behave(Behaviour::Serve);
    shop.wait_for_keys(&["corp", "other"], Duration::from_secs(30));
    shop.mesh.issuer.behave(Behaviour::Close);
    refused();
    shop.close();
}
