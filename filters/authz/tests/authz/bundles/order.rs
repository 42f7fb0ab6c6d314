//! Versions only ever rise, as long as the proxy lives.

use contract::MemoryStore;

use super::signer::{START, Signer};
use super::worker::{Said, Worker};
use super::{FORBID, PERMIT};

#[test]
fn an_older_version_is_refused() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    worker.serve(&signer.bundle(7, FORBID), START).unwrap();
    assert_eq!(worker.fetch(&signer.bundle(6, PERMIT), START + 10), Err("bundle_older"));
    assert_eq!(worker.fetch(&signer.bundle(7, PERMIT), START + 30), Err("bundle_version_reused"));
    assert_eq!(worker.fetch(&signer.bundle(7, FORBID), START + 60), Ok(()), "the same once more");
    worker.take_in(START + 60);
    assert_eq!(worker.counted("authz.bundle.taken"), 1);
    assert!(matches!(worker.ask(START + 60), Said::Deny("policy_forbids", _)));
}

#[test]
fn another_end_needs_another_version() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let worker = Worker::new(&store, &signer.remote(1, None));
    let until = |end, version| signer.until(end, "shop", version, PERMIT);
    worker.serve(&until(START + 100, 1), START).unwrap();
    assert_eq!(worker.fetch(&until(START + 200, 1), START + 10), Err("bundle_version_reused"));
    assert_eq!(worker.serve(&until(START + 200, 2), START + 20), Ok(()));
    assert_eq!(worker.ask(START + 199), Said::Allow(vec!["all".into(), "bundle:2".into()]));
    assert_eq!(worker.ask(START + 200), Said::Deny("policies_expired", vec![]));
}

#[test]
fn a_new_configuration_forgets_no_version() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, None);
    Worker::new(&store, &section).serve(&signer.bundle(7, FORBID), START).unwrap();
    let worker = Worker::new(&store, &section);
    assert_eq!(worker.fetch(&signer.bundle(6, PERMIT), START + 10), Err("bundle_older"));
    assert_eq!(worker.ask(START + 10), Said::Wait("policies_never_loaded"));
    let restarted = MemoryStore::default();
    let worker = Worker::new(&restarted, &section);
    assert_eq!(worker.fetch(&signer.bundle(6, PERMIT), START + 10), Ok(()), "a new proxy knows nothing");
    let worker = Worker::new(&restarted, &signer.remote(7, None));
    assert_eq!(
        worker.fetch(&signer.bundle(6, PERMIT), START + 30),
        Err("bundle_too_old"),
        "but `min_version`"
    );
}

#[test]
fn what_one_worker_has_seen_binds_the_others_without_a_secret() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, None);
    let (one, other) = (Worker::new(&store, &section), Worker::new(&store, &section));
    one.serve(&signer.bundle(7, FORBID), START).unwrap();
    assert_eq!(other.fetch(&signer.bundle(6, PERMIT), START), Err("bundle_older"));
}

#[test]
fn workers_with_a_secret_fetch_once_and_exchange_together() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, Some("MAC_KEY"));
    let (one, other) = (Worker::new(&store, &section), Worker::new(&store, &section));
    assert_eq!(one.fetches(START), ["/shop"]);
    assert_eq!(other.fetches(START), Vec::<String>::new());
    one.answer(&signer.bundle(1, PERMIT), START).unwrap();
    for worker in [&one, &other] {
        worker.take_in(START);
        assert_eq!(worker.ask(START), Said::Allow(vec!["all".into(), "bundle:1".into()]));
    }
}

#[test]
fn a_forged_memory_makes_nobody_believe_anything() {
    use contract::{Store, Version};
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, None);
    Worker::new(&store, &section).serve(&signer.bundle(7, FORBID), START).unwrap();
    let forged = Signer::new(2).bundle(9, PERMIT);
    let manifest = forged.split('"').find(|part| part.starts_with("ey")).unwrap();
    for key in store.keys() {
        store.swap(&key, manifest.as_bytes(), Version::ABSENT).unwrap();
    }
    let worker = Worker::new(&store, &section);
    assert_eq!(worker.fetch(&signer.bundle(8, FORBID), START), Ok(()), "9 was never signed by ours");
}

fn tagged(worker: &Worker<'_>, document: &str, second: u64) {
    use contract::{EntityTag, Reply};
    let tag = EntityTag::parse(b"\"v\"");
    worker.due(second);
    worker.deliver(0, Ok(Reply::Body { bytes: document.as_bytes(), etag: tag.as_ref() }), second).unwrap();
    worker.take_in(second);
}

#[test]
fn not_modified_does_not_make_a_proxy_forget_a_newer_version() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, None);
    let (one, other) = (Worker::new(&store, &section), Worker::new(&store, &section));
    let old = signer.bundle(5, PERMIT);
    tagged(&one, &old, START);
    other.serve(&signer.bundle(6, FORBID), START + 1).unwrap();
    assert!(one.due(START + 10).fetches.iter().any(|fetch| fetch.if_none_match.is_some()));
    assert!(one.deliver(0, Ok(contract::Reply::Unchanged), START + 10).is_err());
    let pushed = Worker::new(&store, &section);
    assert_eq!(pushed.fetch(&old, START + 11), Err("bundle_older"), "6 was seen by this proxy");
}

#[test]
fn not_modified_does_not_confirm_what_is_known_to_be_superseded() {
    let (store, signer) = (MemoryStore::default(), Signer::new(1));
    let section = signer.remote(1, None);
    let (one, other) = (Worker::new(&store, &section), Worker::new(&store, &section));
    tagged(&one, &signer.bundle(5, PERMIT), START);
    other.serve(&signer.bundle(6, FORBID), START + 1).unwrap();
    one.due(START + 10);
    assert!(one.deliver(0, Ok(contract::Reply::Unchanged), START + 10).is_err());
}
