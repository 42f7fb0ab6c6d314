//! Whatever the cluster of an engine is called, and whether or not there is one.

use serde_json::json;

use crate::shop::Shop;

#[test]
fn an_engine_may_have_a_name_that_reads_as_a_message() {
    // The host reads the name of a cluster as a protobuf message first, and ends the proxy for this one.
    let shop = Shop::open("engines-name", |edge| edge.cluster("quota-svc"));
    let outcome = shop.ask().unwrap();
    assert_eq!((outcome.answer.status, outcome.open), (200, false), "{}", outcome.answer.text());
    assert_eq!(shop.engine.calls(), 1);
    shop.is_unharmed().unwrap();
}

#[test]
fn without_its_cluster_an_engine_counts_as_down() {
    for (when_down, status) in [("refuse", 503), ("allow", 200)] {
        let shop = Shop::open("engines-nowhere", |edge| {
            edge.service("cluster", json!("nowhere")).global("when_down", json!(when_down))
        });
        for _ in 0..10 {
            let outcome = shop.ask().unwrap();
            assert_eq!((outcome.answer.status, outcome.open), (status, status == 200), "{when_down}");
        }
        assert_eq!(shop.engine.calls(), 0);
        shop.is_unharmed().unwrap();
    }
}
