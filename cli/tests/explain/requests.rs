//! Requests in the forms in which they may be written.

use serde_json::json;

use crate::support::Shop;

#[test]
fn a_request_is_read_from_the_head_of_a_message() {
    let shop = Shop::new("http");
    for text in [
        "POST /orders HTTP/1.1\r\nHost: shop.test\r\nContent-Type: text/plain\r\n\r\nhello",
        "POST /orders HTTP/1.1\nhost: shop.test\n\nhello",
        "POST /orders\n",
    ] {
        shop.write("request.txt", text);
        let (code, report) = shop.report(&["--request", "@request.txt"]);
        assert_eq!((code, &report["route"]["name"]), (0, &json!("upload")), "{text}: {report:#}");
    }
    for (text, complaint) in [
        ("", "line 1: no request line"),
        ("GET", "line 1: no request line"),
        ("GET /a b HTTP/1.1\n", "line 1: a space in the path"),
        ("GET / HTTP/1.1\nhost\n", "line 2: no field"),
        ("GET / HTTP/1.1\na: b\n: c\n", "line 3: no field"),
    ] {
        shop.write("request.txt", text);
        let said = shop.explain(&["--request", "@request.txt"]);
        assert!(said.code == 1 && said.err.contains(complaint), "{text:?}: {said:?}");
    }
}

#[test]
fn the_values_of_a_query_are_never_printed() {
    let shop = Shop::new("query");
    let target = "GET /healthz?api_key=hunter2&hunter2&page=hunter2=2";
    for format in ["text", "json"] {
        let said = shop.explain(&["--request", target, "--format", format]);
        let shown = said.out.contains("GET /healthz?api_key=***&***&page=***");
        assert!(said.code == 0 && shown && !said.out.contains("hunter2"), "{said:?}");
    }
    let said = shop.explain(&["--request", "GET healthz?api_key=hunter2"]);
    assert!(said.code == 2 && !said.err.contains("hunter2"), "{said:?}");
}

#[test]
fn a_request_is_read_from_json() {
    let shop = Shop::new("json");
    shop.write(
        "request.json",
        r#"{"method": "POST", "path": "/orders", "headers": [["a", "b"]], "body_bytes": 7}"#,
    );
    let (code, report) = shop.report(&["--request", "@request.json"]);
    assert_eq!((code, &report["request"]), (0, &json!("POST /orders")), "{report:#}");
    for (text, complaint) in [
        (r#"{"path": "/", "metod": "GET"}"#, "unknown field `metod`"),
        (r#"{"method": "GET"}"#, "missing field `path`"),
        (r#"{"path": "/", "peer": "orders"}"#, "no SPIFFE ID"),
        (r#"{"path": "/", "at": "tomorrow"}"#, "no time"),
        (r#"{"path": "/", "at": -1}"#, "at: "),
    ] {
        shop.write("requests.jsonl", &format!("{{\"path\": \"/healthz\"}}\n{text}\n"));
        let said = shop.explain(&["--requests", "requests.jsonl"]);
        let is_placed = said.err.contains("requests.jsonl: line 2: ");
        assert!(said.code == 1 && is_placed && said.err.contains(complaint), "{text}: {said:?}");
    }
}

#[test]
fn a_workload_is_known_by_its_certificate() {
    let shop = Shop::new("peer");
    shop.write(
        "sidecar.yaml",
        r#"
routes:
  - { name: read, match: { path: / }, authenticate: none }
identity:
  verify:
    issuer: https://edge.shop.test
    trust_domain: shop.test
    keys: { remote: { cluster: edge, authority: edge, path: /keys } }
    callers: [spiffe://shop.test/edge]
"#,
    );
    let explain = ["explain", "--config", "sidecar.yaml", "--request", "GET /"];
    for (peer, code, text) in [
        (["--peer", "spiffe://shop.test/edge"].as_slice(), 0, "workload    spiffe://shop.test/edge"),
        (&["--peer", "spiffe://shop.test/other"], 1, "caller_not_listed"),
        (&[], 1, "REFUSED by identity"),
    ] {
        let said = shop.run(&[&explain[..], peer].concat());
        assert!(said.code == code && said.out.contains(text), "{peer:?}: {said:?}");
    }
}
