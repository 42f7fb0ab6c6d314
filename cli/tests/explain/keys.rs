//! Documents that a proxy would fetch.

use serde_json::json;

use crate::support::Shop;

#[test]
fn a_wait_for_keys_that_are_not_given_is_explained() {
    let shop = Shop::new("cold");
    let token = shop.token(r#"["reader"]"#, &[]);
    let said = shop.explain(&["--request", "GET /orders/42", "--token", token]);
    assert_eq!(said.code, 1);
    for text in ["authenticate waits: for the first keys of a provider", "give --keys corp=FILE"] {
        assert!(said.out.contains(text), "{}", said.out);
    }
}

#[test]
fn keys_are_found_through_metadata() {
    let shop = Shop::new("metadata");
    let claims = ["--typ", "JWT", "--issuer", "https://found.test"];
    let options = ["token", "make", "--key", "key.pem", "--subject", "bob", "--audience", "shop-api"];
    shop.write("token", &shop.run(&[&options[..], &claims].concat()).out);
    let request = ["--request", "GET /other", "--token", "@token", "--keys", "found=keys.json"];
    let (code, report) = shop.report(&request);
    assert_eq!((code, &report["caller"]["provider"]), (0, &json!("found")), "{report:#}");
}

#[test]
fn a_file_that_is_no_key_set_is_said_to_be_none() {
    let shop = Shop::new("no_keys");
    let token = shop.token(r#"["reader"]"#, &[]);
    shop.write("none.json", "{}");
    let request = ["--request", "GET /orders/42", "--token", token, "--keys", "corp=none.json"];
    let said = shop.explain(&request);
    assert!(said.code == 1 && said.out.contains("is not taken"), "{said:?}");
}

#[test]
fn made_up_secrets_are_said_to_be_made_up_and_missing_ones_named() {
    let shop = Shop::new("secrets");
    let said = shop.explain(&["--request", "GET /healthz"]);
    assert!(said.code == 0 && said.out.contains("`EXPLAIN_SIGNING_KEY` was made up"), "{said:?}");
    let said = shop.run(&["explain", "--config", "shop.yaml", "--request", "GET /healthz"]);
    assert!(said.code == 1 && said.err.contains("there is no secret `EXPLAIN_SIGNING_KEY`"), "{said:?}");
}
