//! Bundles that are fetched: what is taken, what is not, and what decides meanwhile.

mod candidates;
mod fields;
mod order;
mod signer;
mod worker;

use contract::{FetchError, MemoryStore};
use serde_json::json;

use signer::{START, Signer, TERM};
use worker::{Said, Worker};

const PERMIT: &str = r#"@id("all") permit (principal, action, resource);"#;
const FORBID: &str = r#"@id("none") forbid (principal, action, resource);"#;

#[test]
fn waits_for_the_first_bundle_and_then_decides_by_it() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    assert_eq!(worker.ask(START), Said::Wait("policies_never_loaded"));
    assert_eq!(worker.ask_on("health", START), Said::Allow(vec![]), "no policy decides there");
    assert_eq!(worker.fetch(&signer.bundle(1, PERMIT), START), Ok(()));
    assert_eq!(worker.ask(START), Said::Wait("policies_never_loaded"), "it was not taken in yet");
    worker.take_in(START);
    assert_eq!(worker.ask(START), Said::Allow(vec!["all".into(), "bundle:1".into()]));
    assert_eq!(worker.gauge("authz.bundle.version"), Some(1));
    assert_eq!(worker.counted("authz.bundle.taken"), 1);
}

#[test]
fn a_newer_one_takes_its_place_at_once_and_not_before_it_is_whole() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    worker.serve(&signer.bundle(1, PERMIT), START).unwrap();
    let many = "permit (principal, action, resource);\n".repeat(1_000);
    worker.fetch(&signer.bundle(2, &format!("{many}{FORBID}")), START + 10).unwrap();
    let mut slices = 0;
    while worker.slice(START + 10) {
        slices += 1;
        assert_eq!(worker.ask(START + 10), Said::Allow(vec!["all".into(), "bundle:1".into()]));
    }
    assert!(slices > 5, "{slices}");
    assert_eq!(
        worker.ask(START + 10),
        Said::Deny("policy_forbids", vec!["none".into(), "bundle:2".into()])
    );
}

#[test]
fn what_is_not_good_changes_nothing_and_says_why() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(3, None));
    let good = signer.bundle(3, PERMIT);
    worker.serve(&good, START).unwrap();
    let short = good.get(..good.len() / 2).unwrap();
    for (document, reason) in [
        (Signer::new(2).bundle(4, FORBID), "bundle_signature"),
        (signer.bundle(2, FORBID), "bundle_too_old"),
        (signer.named("other", 4, FORBID), "bundle_name"),
        (good.replace("permit", "forbid"), "bundle_digest"),
        (short.to_owned(), "bundle_malformed"),
        (String::new(), "bundle_malformed"),
    ] {
        assert_eq!(worker.fetch(&document, START + 20), Err(reason), "{document:.80}");
        worker.take_in(START + 20);
        assert_eq!(worker.ask(START + 20), Said::Allow(vec!["all".into(), "bundle:3".into()]), "{reason}");
    }
    assert_eq!(worker.fail(FetchError::NoAnswer, START + 40), Err("fetch_no_answer"));
    assert_eq!(worker.gauge("authz.bundle.version"), Some(3));
    worker.slice(START + 41);
    assert_eq!(worker.gauge("authz.bundle.age_seconds"), Some(41), "nobody has confirmed it since");
}

#[test]
fn a_bundle_that_does_not_compile_is_refused_once_and_named() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    worker.serve(&signer.bundle(1, PERMIT), START).unwrap();
    let bad = signer.bundle(2, "permit (principal, action, resource) when { principal.levl > 1 };");
    worker.serve(&bad, START + 10).unwrap();
    let notices = worker.notices();
    let wanted = "warning: version 2 of the bundle is refused: authz.bundle: orders.cedar: line 1, column 45, policy \"policy0\"";
    assert!(notices.iter().any(|notice| notice.starts_with(wanted)), "{notices:?}");
    assert_eq!(worker.counted("authz.bundle.refused"), 1);
    worker.take_in(START + 11);
    assert_eq!(worker.counted("authz.bundle.refused"), 1, "it is not tried again");
    assert_eq!(
        worker.gauge("authz.bundle.age_seconds"),
        Some(11),
        "the one in force is confirmed by nobody"
    );
    assert_eq!(worker.ask(START + 11), Said::Allow(vec!["all".into(), "bundle:1".into()]));
    worker.serve(&signer.bundle(3, FORBID), START + 20).unwrap();
    assert_eq!(
        worker.ask(START + 20),
        Said::Deny("policy_forbids", vec!["none".into(), "bundle:3".into()])
    );
    assert_eq!(worker.gauge("authz.bundle.age_seconds"), Some(0));
}

#[test]
fn a_bundle_whose_term_is_over_decides_no_more() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    worker.serve(&signer.bundle(1, PERMIT), START).unwrap();
    let end = START + TERM;
    assert!(matches!(worker.ask(end - 1), Said::Allow(_)));
    assert_eq!(worker.ask(end), Said::Deny("policies_expired", vec![]));
    assert_eq!(worker.fetch(&signer.bundle(2, PERMIT), end), Err("bundle_expired"));
    assert_eq!(worker.ask(end), Said::Deny("policies_expired", vec![]));
}

#[test]
fn a_signer_in_a_hurry_keeps_nothing_from_being_in_force() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    for version in 1..20 {
        let second = START + version;
        worker.fetch(&signer.bundle(version, PERMIT), second).unwrap();
        worker.slice(second);
        worker.slice(second);
    }
    assert!(worker.gauge("authz.bundle.version").is_some_and(|version| version > 2));
}

#[test]
fn an_inline_bundle_is_judged_when_it_is_configured_and_ends_when_its_signer_says() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.inline(&signer.bundle(5, PERMIT));
    let worker = Worker::new(&store, &section);
    assert!(!worker.has_background());
    assert_eq!(worker.ask(START), Said::Allow(vec!["all".into(), "bundle:5".into()]));
    assert_eq!(worker.ask(START + TERM), Said::Deny("policies_expired", vec![]));
    assert_eq!(worker.ask(START - 61), Said::Deny("policies_expired", vec![]), "it was not signed yet");
}

#[test]
fn a_route_in_shadow_waits_for_nothing() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let mut section = signer.remote(1, None);
    section["mode"] = json!("shadow");
    let worker = Worker::new(&store, &section);
    let wanted = ["shadow:deny:", "shadow:reason:policies_never_loaded"].map(str::to_owned);
    assert_eq!(worker.ask(START), Said::Allow(wanted.to_vec()));
}

#[test]
fn asks_for_a_bundle_at_the_pace_that_is_configured() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    assert_eq!(worker.fetches(START), ["/shop"]);
    worker.answer(&signer.bundle(1, PERMIT), START).unwrap();
    assert_eq!(worker.fetches(START + 1), Vec::<String>::new());
    assert_eq!(worker.fetches(START + 10), ["/shop"]);
}
