//! Configurations where they are used: in bootstraps, beside others, with words in them.

use serde_json::json;

use crate::support::Shop;

/// The edge of the example, with its words.
const EDGE: [&str; 3] = ["explain", "--stand-in-secrets", "--config"];

fn shipped(file: &str) -> String {
    format!("{}/../envoy/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_plugin_is_taken_out_of_a_bootstrap() {
    let shop = Shop::new("bootstrap");
    let digest = "a".repeat(64);
    let texts =
        ["LISTEN", "PORT", "ADMIN_PORT", "KEYS_PORT", "WASM", "CERTIFICATES", "ACCESS_LOG", "ISSUER"];
    let texts = texts.into_iter().chain(["ISSUER_PORT", "ORDERS", "ORDERS_PORT"]);
    let mut words: Vec<String> = texts.map(|word| format!("{word}=1")).collect();
    words.push(format!("PARTNER_KEY_SHA256={digest}"));
    words.push(format!("SCHEMA=@{}", shipped("policies/shop.cedarschema")));
    words.push(format!("POLICIES=@{}", shipped("policies/shop.cedar")));
    let words: Vec<&str> = words.iter().flat_map(|word| ["--define", word.as_str()]).collect();
    let edge = shipped("edge.yaml");
    let ask = |more: &[&str]| shop.run(&[&EDGE[..], &[&edge], &words, more].concat());

    let said =
        ask(&["--plugin", "watchword.edge", "--request", "GET /healthz", "--client-address", "192.0.2.1"]);
    assert!(said.code == 0 && said.out.contains("route       health"), "{said:?}");
    let said = ask(&["--plugin", "watchword.keys", "--request", "GET /keys"]);
    assert!(said.code == 0 && said.out.contains("verdict     answered by identity"), "{said:?}");
    let said = ask(&["--request", "GET /keys"]);
    assert!(said.code == 2 && said.err.contains("one of `watchword.edge`, `watchword.keys`"), "{said:?}");
    let said = ask(&["--request", "GET /keys", "--plugin", "edge"]);
    assert!(said.code == 2 && said.err.contains("there is no `edge`, but `watchword.edge`"), "{said:?}");
}

#[test]
fn what_configures_nothing_of_ours_is_said_to_do_so() {
    let shop = Shop::new("nothing");
    shop.write("plain.json", &json!({ "static_resources": { "listeners": [] } }).to_string());
    let said = shop.run(&[&EDGE[..], &["plain.json", "--request", "GET /"]].concat());
    assert!(said.code == 1 && said.err.contains("no configuration of a Watchword filter"), "{said:?}");
}
