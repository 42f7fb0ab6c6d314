//! Limits, from one request to the next, and engines that answer as they are told.

use serde_json::{Value, json};

use crate::support::Shop;

#[test]
fn requests_of_one_file_count_together() {
    let shop = Shop::new("count");
    shop.token(r#"["reader"]"#, &[]);
    shop.write("requests.jsonl", &"{\"path\": \"/orders/42\"}\n".repeat(3));
    let options = ["--requests", "requests.jsonl", "--token", "@token", "--keys", "corp=keys.json"];
    let said = shop.explain(&[&options[..], &["--format", "json"]].concat());
    assert_eq!(said.code, 1, "one of them is refused");
    let reports: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let verdicts: Vec<_> = reports.iter().map(|report| &report["verdict"]).collect();
    assert_eq!(verdicts, ["allow", "allow", "refuse"]);
    assert_eq!(
        [&reports[2]["reason"], &reports[2]["evidence"]],
        [&json!("limit_reached"), &json!(["per-user"])]
    );
}

#[test]
fn an_engine_answers_as_it_is_told() {
    let shop = Shop::new("engine");
    for (engine, code, reason) in
        [("ok", 0, None), ("over", 1, Some("limit_reached")), ("down", 1, Some("engine_failed"))]
    {
        let (found, report) = shop.report(&["--request", "GET /shared", "--engine", engine]);
        assert_eq!((found, report["reason"].as_str()), (code, reason), "{engine}: {report:#}");
        assert!(report["steps"].to_string().contains("ShouldRateLimit"), "{report:#}");
    }
    let said = shop.explain(&["--request", "GET /shared"]);
    assert!(said.code == 0 && said.out.contains("was taken to say ok"), "{said:?}");
}
