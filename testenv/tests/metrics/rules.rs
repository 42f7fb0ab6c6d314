//! The alert rules, by the tool of Prometheus itself.

use std::fs;
use std::process::Command;

use testenv::{gate, repository};

/// What cannot be had without Prometheus.
const REASON: &str = "prometheus is not installed";

#[test]
fn every_alert_fires_when_its_tests_say_so() {
    let observe = repository().join("envoy/observe");
    let rules = fs::read_to_string(observe.join("alerts.yaml")).unwrap();
    let tests = fs::read_to_string(observe.join("alerts_test.yaml")).unwrap();
    let alerts: Vec<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let tested = alerts.iter().filter(|alert| tests.contains(&format!("- name: {alert}\n")));
    assert_eq!(tested.count(), alerts.len(), "an alert without a test");
    let promtool = |arguments: &[&str]| {
        let output = Command::new("promtool").args(arguments).current_dir(&observe).output();
        output.map(|output| (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    if promtool(&["--version"]).is_err() {
        return gate::absent("ship.alerts", alerts.len(), REASON);
    }
    for arguments in [["check", "rules", "alerts.yaml"], ["check", "config", "prometheus.yaml"]] {
        let (is_good, said) = promtool(&arguments).unwrap();
        assert!(is_good, "{arguments:?}: {said}");
    }
    let (holds, said) = promtool(&["test", "rules", "alerts_test.yaml"]).unwrap();
    assert!(gate::line("ship.alerts", if holds { alerts.len() } else { 0 }, alerts.len(), holds), "{said}");
}
