//! The place of the set is named by the issuer's metadata.

use super::*;
use crate::MAX_KEY_SET_BYTES;
use crate::discovery::MAX_METADATA_BYTES;

fn raw(change: impl FnOnce(&mut Value)) -> RawKeys {
    let mut raw = json!({"discovery": {
        "cluster": "idp", "authority": "issuer.test", "jwks": {"cluster": "keys"}, "timeout_ms": 1_000,
    }});
    change(&mut raw["discovery"]);
    serde_json::from_value(raw).unwrap()
}

fn metadata(uri: &str) -> Vec<u8> {
    json!({"issuer": ISSUER, "jwks_uri": uri}).to_string().into_bytes()
}

struct Bench {
    world: World,
    source: KeySource,
}

impl Bench {
    fn new() -> Self {
        let world = World::default();
        Self { source: world.source(raw(|_| {}), None), world }
    }

    fn due(&self, millis: u64) -> Option<(String, String, usize)> {
        let mut due = self.source.due(&self.world.env(at_millis(millis)));
        let fetch = due.fetches.pop()?;
        assert_eq!((due.fetches.len(), fetch.id, fetch.authority.as_str()), (0, FetchId(7), "issuer.test"));
        Some((fetch.cluster, fetch.path, fetch.max_bytes))
    }

    fn fetched(&self, document: &[u8], millis: u64) -> Result<bool, &'static str> {
        self.source.fetched(Ok(Reply::untagged(document)), &self.world.env(at_millis(millis)))
    }
}

fn asks_for_metadata() -> Option<(String, String, usize)> {
    Some(("idp".into(), "/.well-known/openid-configuration".into(), MAX_METADATA_BYTES))
}

#[test]
fn an_attempt_is_two_steps_and_each_refresh_takes_both() {
    let bench = Bench::new();
    for start in [0, 300_100] {
        assert_eq!(bench.due(start), asks_for_metadata());
        assert_eq!(bench.due(start + 50), None);
        assert_eq!(bench.fetched(&metadata("https://issuer.test/keys?v=1"), start + 50), Ok(false));
        assert_eq!(bench.due(start + 50), Some(("keys".into(), "/keys?v=1".into(), MAX_KEY_SET_BYTES)));
        assert_eq!(bench.due(start + 60), None);
        assert_eq!(bench.fetched(&new_set("a"), start + 100), Ok(true));
        assert!(matches!(bench.source.current(at_millis(start + 100)), Keys::Ready(_)));
        assert_eq!(bench.due(start + 300_000), None);
    }
}

#[test]
fn either_step_fails_the_attempt_which_begins_anew() {
    let bench = Bench::new();
    assert_eq!(bench.due(0), asks_for_metadata());
    assert_eq!(bench.fetched(b"{}", 100), Err("discovery_malformed"));
    assert_eq!(bench.due(1_099), None);
    assert_eq!(bench.due(1_100), asks_for_metadata());
    assert_eq!(bench.fetched(&metadata("https://evil.test/"), 1_200), Err("discovery_jwks_uri_refused"));
    assert_eq!(bench.due(3_200), asks_for_metadata());
    assert_eq!(bench.fetched(&metadata("https://issuer.test/keys"), 3_300), Ok(false));
    assert!(bench.due(3_300).is_some());
    assert_eq!(bench.fetched(&metadata("https://issuer.test/keys"), 3_400), Err("key_set_malformed"));
    assert_eq!(bench.due(7_399), None);
    assert_eq!(bench.due(7_400), asks_for_metadata());
    let other = json!({"issuer": "https://other.test", "jwks_uri": "https://issuer.test/keys"}).to_string();
    assert_eq!(bench.fetched(other.as_bytes(), 7_500), Err("discovery_issuer_wrong"));
    assert_eq!(bench.source.current(at(8)), Keys::Cold);
}

#[test]
fn an_attempt_counts_as_lost_when_both_steps_should_be_over() {
    let bench = Bench::new();
    assert_eq!(bench.due(0), asks_for_metadata());
    assert_eq!(bench.fetched(&metadata("https://issuer.test/keys"), 1_900), Ok(false));
    assert!(bench.due(1_950).is_some());
    assert_eq!(bench.due(3_999), None);
    assert_eq!(bench.due(4_000), asks_for_metadata());
}

#[test]
fn workers_share_what_one_has_discovered() {
    let (world, sharing) = (World::default(), Sharing::from_secret(SECRET).unwrap());
    let [one, other] = [(); 2].map(|()| world.source(raw(|_| {}), Some(&sharing)));
    let env = |millis| world.env(at_millis(millis));
    assert_eq!((one.due(&env(0)).fetches.len(), other.due(&env(0)).fetches.len()), (1, 0));
    assert_eq!(
        one.fetched(Ok(Reply::untagged(&metadata("https://issuer.test/keys"))), &env(50)),
        Ok(false)
    );
    assert_eq!((other.due(&env(50)), one.due(&env(50)).fetches.len()), (Due::default(), 1));
    assert_eq!(one.fetched(Ok(Reply::untagged(&new_set("a"))), &env(100)), Ok(true));
    assert_eq!(other.due(&env(150)), Due { news: true, ..Due::default() });
    assert_eq!(one.current(at(1)), other.current(at(1)));
}

#[test]
fn errors_name_the_field() {
    let with = crate::test_keys::for_tests();
    let error = KeySource::new(raw(|_| {}), &with).unwrap_err();
    assert_eq!((error.clone(), error.field()), (KeysConfigError::NoIssuer, "discovery"));
    for (field, value) in [
        ("cluster", json!("")),
        ("authority", json!("a b")),
        ("path", json!("x")),
        ("timeout_ms", json!(1)),
        ("refresh_seconds", json!(9)),
        ("max_stale_seconds", json!(1)),
    ] {
        let raw = raw(|raw| raw[field] = value);
        assert_eq!(KeySource::new(raw, &with).unwrap_err().field(), format!("discovery.{field}"));
    }
    for field in ["cluster", "authority"] {
        let raw = raw(|raw| raw["jwks"][field] = json!(""));
        assert_eq!(KeySource::new(raw, &with).unwrap_err().field(), format!("discovery.jwks.{field}"));
    }
    let raw = json!({"discovery": {"cluster": "a", "authority": "b", "jwks": {"path": "/"}}});
    assert!(serde_json::from_value::<RawKeys>(raw).is_err(), "the path is the metadata's");
}
