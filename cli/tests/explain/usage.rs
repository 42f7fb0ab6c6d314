//! What is wrong with a command is said before anything is judged.

use crate::support::Shop;

#[test]
fn each_option_that_makes_no_sense_is_named() {
    let shop = Shop::new("usage");
    for (arguments, complaint) in [
        (["--format", "json"].as_slice(), "--request"),
        (&["--request", "GET /", "--requests", "a"], "cannot be used with"),
        (&["--request", "GET orders"], "`orders` is no path"),
        (&["--request", "GET /", "--header", "nonsense"], "a field is `name: value`"),
        (&["--request", "GET /", "--peer", "orders"], "--peer: `orders` is no SPIFFE ID"),
        (
            &["--request", "GET /", "--peer", "spiffe://a/b", "--peer-certificate", "c"],
            "cannot be used with",
        ),
        (&["--request", "GET /", "--client-address", "home"], "--client-address"),
        (&["--request", "GET /", "--keys", "corp"], "NAME=FILE"),
        (
            &["--request", "GET /", "--keys", "crop=keys.json"],
            "`crop` is not fetched by this configuration; `corp`",
        ),
        (&["--request", "GET /", "--at", "tomorrow"], "no time"),
        (&["--request", "GET /", "--engine", "maybe"], "--engine"),
        (&["--request", "GET /", "--body-bytes", "many"], "--body-bytes"),
        (&["--request", "GET /", "--module", "all"], "--module"),
        (
            &["--request", "GET /", "--handed-on", "{}"],
            "--handed-on: the module `watchword` has all stages",
        ),
        (&["--request", "GET /", "--format", "xml"], "--format"),
    ] {
        let said = shop.explain(arguments);
        assert!(said.code == 2 && said.err.contains(complaint), "{arguments:?}: {said:?}");
    }
}

#[test]
fn each_file_that_cannot_be_read_is_named() {
    let shop = Shop::new("files");
    shop.write("broken.yaml", "routes: [");
    for (arguments, name) in [
        (["--request", "@nowhere"].as_slice(), "nowhere"),
        (&["--requests", "nowhere.jsonl"], "nowhere.jsonl"),
        (&["--request", "GET /", "--token", "@nowhere"], "nowhere"),
        (&["--request", "GET /", "--keys", "corp=nowhere.json"], "nowhere.json"),
        (&["--request", "GET /", "--peer-certificate", "nowhere.pem"], "nowhere.pem"),
        (&["--request", "GET /", "--handed-on", "@nowhere"], "nowhere"),
    ] {
        let said = shop.explain(arguments);
        assert!(said.code == 1 && said.err.starts_with(&format!("{name}: ")), "{arguments:?}: {said:?}");
    }
    for (config, code) in [("nowhere.yaml", 2), ("broken.yaml", 1)] {
        let said = shop.run(&["explain", "--config", config, "--request", "GET /"]);
        assert!(said.code == code && said.err.contains(config), "{said:?}");
    }
}

#[test]
fn what_is_no_module_is_not_simulated() {
    let shop = Shop::new("simulate");
    shop.write("text.wasm", "no module");
    let simulate = ["simulate", "--config", "shop.yaml", "--stand-in-secrets", "--request", "GET /"];
    for (wasm, complaint) in
        [("text.wasm", "text.wasm: module not valid"), ("no.wasm", "no.wasm: module not readable")]
    {
        let said = shop.run(&[&simulate[..], &["--wasm", wasm]].concat());
        assert!(said.code == 1 && said.err.contains(complaint), "{said:?}");
    }
    let said = shop.run(&simulate);
    assert!(said.code == 2 && said.err.contains("--wasm"), "{said:?}");
}
