//! What is said of every stage.

use serde_json::{Value, json};

use crate::support::Shop;

/// Who has spoken, where, and what.
fn steps(report: &Value) -> Vec<[&str; 3]> {
    let steps = report["steps"].as_array().unwrap();
    steps.iter().map(|step| ["by", "at", "verdict"].map(|member| step[member].as_str().unwrap())).collect()
}

#[test]
fn an_allowed_request_is_followed_through_all_stages() {
    let shop = Shop::new("allowed");
    let token = shop.token(r#"["reader"]"#, &[]);
    let (code, report) = shop.report(&[
        "--request",
        "GET /orders/42",
        "--token",
        token,
        "--keys",
        "corp=keys.json",
        "--claim",
        "roles",
        "--header",
        "x-watchword-subject: admin",
    ]);
    assert_eq!((code, &report["verdict"]), (0, &json!("allow")), "{report:#}");
    assert_eq!(report["evidence"], json!(["readers"]));
    assert_eq!(
        report["route"],
        json!({"name": "read", "parameters": {"order_id": "42"}, "limits": ["per-user"]})
    );
    let caller = &report["caller"];
    assert_eq!([&caller["subject"], &caller["claims"]["roles"]], [&json!("alice"), &json!(["reader"])]);
    assert_eq!(
        steps(&report),
        [
            ["route", "path", "pass"],
            ["identity", "hygiene", "forward"],
            ["route", "known", "pass"],
            ["route", "accepted", "pass"],
            ["jwt", "authenticate", "forward"],
            ["route", "admitted", "pass"],
            ["authz", "authorize", "forward"],
            ["ratelimit", "limit", "forward"],
            ["identity", "finish", "forward"],
        ]
    );
    let changes = report["request_changes"].to_string();
    assert!(changes.contains("x-watchword-subject") && changes.contains("(a token of "), "{changes}");
    assert!(report["client"]["headers"].to_string().contains(r#"\"per-user\";r=1"#), "{report:#}");
    assert_eq!(report["record"]["decision"], "allow");
}

#[test]
fn a_refused_request_is_followed_to_who_has_refused_it() {
    let shop = Shop::new("refused");
    let token = shop.token("[]", &[]);
    let request = ["--request", "GET /orders/42", "--token", token, "--keys", "corp=keys.json"];
    let (code, report) = shop.report(&request);
    assert_eq!((code, &report["verdict"], &report["stage"]), (1, &json!("refuse"), &json!("authz")));
    assert_eq!(report["reason"], "no_policy_permits");
    assert_eq!(steps(&report).last(), Some(&["authz", "authorize", "refuse"]));
    let client = &report["client"];
    assert_eq!(
        [&client["status"], &client["details"]],
        [&json!(403), &json!("watchword_authz_no_policy_permits")]
    );
    let said = shop.explain(&request);
    for line in ["verdict     REFUSED by authz: no_policy_permits", "client      403, gRPC status 7"] {
        assert!(said.out.contains(line), "{}", said.out);
    }
}

#[test]
fn what_the_route_table_judges_is_said_too() {
    let shop = Shop::new("gates");
    for (arguments, reason, at) in [
        (["--request", "GET /nothing"].as_slice(), "route_unknown", "known"),
        (&["--request", "GET /orders/42;v=1"], "path_character", "path"),
        (&["--request", "POST /orders", "--body-bytes", "101"], "content_too_large", "accepted"),
    ] {
        let (code, report) = shop.report(arguments);
        assert_eq!((code, report["reason"].as_str()), (1, Some(reason)), "{report:#}");
        assert_eq!(steps(&report).last(), Some(&["route", at, "refuse"]));
    }
}

#[test]
fn a_body_that_does_not_announce_its_length_is_counted() {
    let shop = Shop::new("body");
    let chunked = ["--request", "POST /orders", "--header", "transfer-encoding: chunked", "--body-bytes"];
    let (code, report) = shop.report(&[&chunked[..], &["101"]].concat());
    assert_eq!((code, &report["client"]["status"]), (1, &json!(413)), "{report:#}");
    assert_eq!(shop.report(&[&chunked[..], &["100"]].concat()).0, 0);
}

#[test]
fn the_tokens_own_faults_are_named() {
    let shop = Shop::new("tokens");
    let at = ["--request", "GET /orders/42", "--keys", "corp=keys.json", "--token", "@token"];
    for (more, late, reason) in [
        (["--audience", "elsewhere", "--lifetime", "60"].as_slice(), false, None),
        (&["--lifetime", "60"], true, Some("expired")),
        (&["--kid", "nobody"], false, Some("key_unknown")),
    ] {
        shop.token(r#"["reader"]"#, more);
        let late = if late { ["--at", "2100-01-01"].as_slice() } else { &[] };
        let (_, report) = shop.report(&[&at[..], late].concat());
        assert_eq!(report["reason"].as_str(), reason, "{more:?}: {report:#}");
    }
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let shop = Shop::new("terminal");
    let said = shop.explain(&["--request", "GET /\u{1b}[2J"]);
    assert!(said.code == 1 && !said.out.contains('\u{1b}'), "{said:?}");
}
