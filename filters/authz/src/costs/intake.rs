//! What a worker is kept from its requests while it takes in ten thousand policies.

use std::rc::Rc;
use std::time::{Duration, Instant};

use super::shop;
use crate::intake::Intake;
use crate::origin::Origin;

const POLICIES: usize = 10_000;

#[test]
#[ignore = "measures time"]
#[expect(clippy::disallowed_methods, reason = "it measures")]
fn intake() {
    let mut intake = Intake::new(shop::content(policies()), Rc::new(shop::terms()), Origin::Fields(""));
    let mut slices: Vec<(String, Duration)> = Vec::new();
    let ruleset = loop {
        let (step, start) = (intake.step(), Instant::now());
        let made = intake.advance().unwrap();
        slices.push((step, start.elapsed()));
        if let Some(ruleset) = made {
            break ruleset;
        }
    };
    assert_eq!(ruleset.policies.len(), POLICIES);
    let start = Instant::now();
    drop(ruleset);
    slices.push(("drop".into(), start.elapsed()));
    let all: Duration = slices.iter().map(|(_, took)| *took).sum();
    println!("{} slices, {all:.2?} in all", slices.len());
    slices.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    for (step, took) in slices.iter().take(8) {
        println!("{took:>10.2?} {step}");
    }
}

/// Policies of three kinds, as services with many tenants have them.
fn policies() -> String {
    let policy = |n: usize| match n % 3 {
        0 => format!(
            r#"@id("p{n}") permit (principal in Group::"g{n}", action == Action::"readOrder", resource)
               when {{ principal.level > {n} && principal.region == "eu" }};"#
        ),
        1 => format!(
            r#"@id("p{n}") permit (principal == User::"u{n}", action in [Action::"readOrder", Action::"listOrders"], resource)
               when {{ principal.roles.contains("r{n}") && context.method == "GET" }};"#
        ),
        _ => format!(
            r#"@id("p{n}") forbid (principal, action, resource == Order::"o{n}")
               unless {{ principal.tenant == "t{n}" || principal.active }};"#
        ),
    };
    (0..POLICIES).map(policy).collect()
}
