//! What an engine is asked.

use serde_json::json;
use testenv::client::{Connection, Request};
use testenv::engine::{RateLimitRequest, question};

use crate::edge::DOMAIN;
use crate::shop::Shop;

/// Of a user of tenant `north`, on the plan `plan`.
fn expected(plan: &str) -> RateLimitRequest {
    let entries = [
        ("issuer", "https://issuer.test"),
        ("subject", "alice"),
        ("tenant", "north"),
        ("method", "GET"),
        ("route", "list-orders"),
        ("x-plan", plan),
        ("tier", "gold"),
        ("client_address", "127.0.0.1"),
    ];
    question(DOMAIN, &entries, 5)
}

#[test]
fn the_parts_of_a_key_are_the_entries_of_one_descriptor_and_the_cost_is_the_hits() {
    let constant = json!({ "constant": { "name": "tier", "value": "gold" } });
    let key = json!([
        "subject", { "claim": "tenant" }, "method", "route", { "header": "x-plan" }, constant, "client_address",
    ]);
    let shop = Shop::open("engines-asked", |edge| {
        edge.limit("key", key).limit("cost", json!(5)).limit("when_missing", json!("shared"))
    });
    let mut connection = Connection::plain(shop.mesh.reach.edge).unwrap();
    let mut status = |request: &Request| connection.exchange(request).unwrap().status;
    assert_eq!(status(&shop.request().header("x-plan", "pro")), 200);
    assert_eq!(status(&shop.request()), 200);
    assert_eq!(status(&Request::get("/orders")), 401);
    assert_eq!(status(&Request::get("/healthz")), 200);
    let asked = shop.engine.take();
    assert_eq!(asked, [expected("pro"), expected("")], "and nothing for who is refused or not limited");
}
