//! Rules that are judged beside those in force.

use contract::{MemoryStore, Reply};
use serde_json::json;

use super::signer::{START, Signer};
use super::worker::{Said, Worker};
use super::{FORBID, PERMIT};

#[test]
fn a_candidate_is_told_only_where_it_differs() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let with = |policies: &str| {
        let mut section = signer.inline(&signer.bundle(1, PERMIT));
        let candidate = signer.inline(&signer.bundle(2, policies));
        section["candidate"] = json!({ "bundle": candidate["bundle"] });
        Worker::new(&store, &section)
    };
    let permitted = ["all".to_owned(), "bundle:1".to_owned()];
    let same = with(r#"@id("other") permit (principal, action, resource);"#);
    assert_eq!(same.ask(START), Said::Allow(permitted.to_vec()));
    assert_eq!((same.counted("authz.candidate.agrees"), same.counted("authz.candidate.differs")), (1, 0));
    let other = with(FORBID);
    let told = ["candidate:deny:none", "candidate:reason:policy_forbids", "candidate:bundle:2"];
    let wanted = permitted.iter().cloned().chain(told.map(str::to_owned)).collect();
    assert_eq!(other.ask(START), Said::Allow(wanted));
    assert_eq!((other.counted("authz.candidate.agrees"), other.counted("authz.candidate.differs")), (0, 1));
}

#[test]
fn a_candidate_in_fields_is_checked_at_its_own_fields() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let mut section = signer.inline(&signer.bundle(1, PERMIT));
    section["candidate"] = json!({ "schema": crate::world::SHOP_SCHEMA, "policies": "permit (" });
    let error = super::worker::compile(&section, &store).map(drop).unwrap_err().to_string();
    assert!(error.starts_with("authz.candidate.policies: line 1, column 9"), "{error}");
}

#[test]
fn a_candidate_is_fetched_beside_and_may_be_ahead() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let mut section = signer.remote(1, None);
    let mut candidate = signer.remote(1, None)["bundle"].clone();
    candidate["remote"]["path"] = json!("/shop-next");
    section["candidate"] = json!({ "bundle": candidate });
    let worker = Worker::new(&store, &section);
    assert_eq!(worker.fetches(START), ["/shop", "/shop-next"]);
    let (one, next) = (signer.bundle(1, PERMIT), signer.bundle(2, FORBID));
    for (id, document) in [(1, &next), (0, &one)] {
        let reply = Reply::Body { bytes: document.as_bytes(), etag: None };
        worker.deliver(id, Ok(reply), START).unwrap();
    }
    worker.take_in(START);
    let Said::Allow(evidence) = worker.ask(START) else { panic!("refused") };
    assert!(evidence.contains(&"candidate:bundle:2".to_owned()), "{evidence:?}");
    for (gauge, version) in [("authz.bundle.version", 1), ("authz.candidate.bundle.version", 2)] {
        assert_eq!(worker.gauge(gauge), Some(version), "{gauge}");
    }
    assert_eq!(
        (worker.counted("authz.bundle.taken"), worker.counted("authz.candidate.bundle.taken")),
        (1, 1)
    );
}
