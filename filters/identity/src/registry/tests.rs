use std::cell::Cell;

use contract::{Conflict, Entry, MemoryStore, Version};

use super::*;

const NOW: UnixTime = UnixTime::from_seconds(1_000);

fn trace(last: u8) -> TraceId {
    let mut bytes = [7; 16];
    bytes[15] = last;
    TraceId::new(bytes).unwrap()
}

fn one(token: &[u8]) -> Seen<'_> {
    Seen::One(Carried { token, expires: UnixTime::from_seconds(1_300) })
}

fn sealed(secret: &str) -> Rc<Registry> {
    Rc::new(Registry::new(Some(&Sharing::from_secret(&secret.repeat(32)).unwrap())))
}

/// Both kinds.
fn registries() -> [Rc<Registry>; 2] {
    [Rc::new(Registry::new(None)), sealed("s")]
}

fn prepared(registry: &Registry) -> MemoryStore {
    let store = MemoryStore::default();
    registry.prepare(&store).unwrap();
    store
}

fn key(registry: &Registry, trace: TraceId) -> String {
    registry.0.key(registry.0.of(trace))
}

/// What another plugin does.
fn overwrite(store: &MemoryStore, key: &str, value: &[u8]) {
    store.swap(key, value, Version::ABSENT).unwrap();
}

fn value(store: &MemoryStore, key: &str) -> Vec<u8> {
    store.read(key).unwrap().unwrap().value
}

const fn not_carried(why: NotCarried) -> Result<Vec<u8>, NotFound> {
    Err(NotFound::NotCarried(why))
}

/// A store that fails as it is told to.
struct Failing {
    inner: MemoryStore,
    reads: Result<(), StoreError>,
    swaps: Result<(), Conflict>,
    attempts: Cell<usize>,
}

impl Store for Failing {
    fn read(&self, key: &str) -> Result<Option<Entry>, StoreError> {
        self.reads.and_then(|()| self.inner.read(key))
    }

    fn swap(&self, key: &str, value: &[u8], expected: Version) -> Result<(), Conflict> {
        self.attempts.update(|attempts| attempts.saturating_add(1));
        self.swaps.and_then(|()| self.inner.swap(key, value, expected))
    }
}

#[test]
fn a_registered_token_is_carried_while_its_request_is_open() {
    for registry in registries() {
        let store = prepared(&registry);
        assert_eq!(registry.carried(&store, trace(1), NOW), not_carried(NotCarried::Unknown));
        let registration = registry.open(&store, trace(1), one(b"a.b.c"), NOW).unwrap();
        assert!(!registration.is_conflict && !registration.has_replaced_slot);
        assert_eq!(registry.carried(&store, trace(1), NOW), Ok(b"a.b.c".to_vec()));
        assert_eq!(registry.carried(&store, trace(2), NOW), not_carried(NotCarried::Unknown));
        registration.close(&store, Grace::USUAL, NOW).unwrap();
        let later = NOW.plus(Duration::from_secs(60));
        assert_eq!(registry.carried(&store, trace(1), later), not_carried(NotCarried::Unknown));
    }
}

#[test]
fn two_workers_that_file_two_identities_make_a_conflict() {
    for [one_worker, other] in [
        registries().map(|registry| [Rc::clone(&registry), registry]),
        [[sealed("s"), sealed("s")], [Rc::new(Registry::new(None)), Rc::new(Registry::new(None))]],
    ]
    .concat()
    {
        let store = prepared(&one_worker);
        assert!(!one_worker.open(&store, trace(1), one(b"a"), NOW).unwrap().is_conflict);
        assert!(other.open(&store, trace(1), one(b"b"), NOW).unwrap().is_conflict);
        assert_eq!(other.carried(&store, trace(1), NOW), not_carried(NotCarried::Several));
    }
}

#[test]
fn a_token_that_is_too_long_is_not_carried_and_still_conflicts() {
    let [registry, _] = registries();
    let store = prepared(&registry);
    registry.open(&store, trace(1), one(&[b'a'; MAX_CARRIED_BYTES]), NOW).unwrap();
    assert!(registry.carried(&store, trace(1), NOW).is_ok());
    registry.open(&store, trace(2), one(&[b'a'; MAX_CARRIED_BYTES + 1]), NOW).unwrap();
    registry.open(&store, trace(2), one(b"a"), NOW).unwrap();
    assert_eq!(registry.carried(&store, trace(2), NOW), not_carried(NotCarried::Several));
}

#[test]
fn a_slot_that_is_not_ours_gives_out_nothing_and_stops_nobody() {
    for registry in registries() {
        let store = prepared(&registry);
        let key = key(&registry, trace(1));
        let lost = registry.open(&store, trace(1), one(b"victim"), NOW).unwrap();
        for scribble in [&b""[..], b"something else", &value(&store, &key)[1..], &[0xff; 70_000]] {
            overwrite(&store, &key, scribble);
            assert_eq!(registry.carried(&store, trace(1), NOW), Err(NotFound::SlotUnreadable));
            // A VM that starts does not know how long ago that was.
            registry.prepare(&store).unwrap();
            assert_eq!(registry.carried(&store, trace(1), NOW), Err(NotFound::SlotUnreadable));
            assert!(registry.open(&store, trace(1), one(b"attacker"), NOW).unwrap().has_replaced_slot);
            assert_eq!(registry.carried(&store, trace(1), NOW), not_carried(NotCarried::Barred));
        }
        lost.close(&store, Grace::USUAL, NOW).unwrap();
        let later = NOW.plus(Duration::from_secs(200));
        assert!(!registry.open(&store, trace(1), one(b"attacker"), later).unwrap().has_replaced_slot);
        assert_eq!(registry.carried(&store, trace(1), later), not_carried(NotCarried::Barred));
    }
}

#[test]
fn the_end_of_a_request_leaves_a_slot_that_is_not_ours_alone() {
    let [registry, _] = registries();
    let store = prepared(&registry);
    let registration = registry.open(&store, trace(1), one(b"a"), NOW).unwrap();
    overwrite(&store, &key(&registry, trace(1)), b"something else");
    registration.close(&store, Grace::USUAL, NOW).unwrap();
    assert_eq!(value(&store, &key(&registry, trace(1))), b"something else");
}

#[test]
fn a_slot_that_is_gone_starts_anew_and_gives_out_nothing() {
    let [registry, _] = registries();
    let store = MemoryStore::default();
    assert_eq!(registry.carried(&store, trace(1), NOW), Err(NotFound::SlotUnreadable));
    assert!(registry.open(&store, trace(1), one(b"a"), NOW).unwrap().has_replaced_slot);
    assert_eq!(registry.carried(&store, trace(1), NOW), not_carried(NotCarried::Barred));
}

#[test]
fn a_sealed_slot_is_good_in_its_place_and_under_its_key_only() {
    let (ours, theirs) = (sealed("s"), sealed("t"));
    let store = prepared(&ours);
    let slot_of_another = (2..=255).map(trace).find(|other| ours.0.of(*other) != ours.0.of(trace(1)));
    let [victims, attackers] = [trace(1), slot_of_another.unwrap()].map(|trace| key(&ours, trace));
    ours.open(&store, trace(1), one(b"a"), NOW).unwrap();
    overwrite(&store, &attackers, &value(&store, &victims));
    assert_eq!(ours.carried(&store, slot_of_another.unwrap(), NOW), Err(NotFound::SlotUnreadable));

    // A genuine token under another trace of the same slot.
    let neighbour = (2..=u16::MAX).map(|number| {
        let mut bytes = [9; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        TraceId::new(bytes).unwrap()
    });
    let neighbour = neighbour.into_iter().find(|other| ours.0.of(*other) == ours.0.of(trace(1))).unwrap();
    let mut moved = value(&store, &victims);
    let at = moved.windows(16).position(|window| window == trace(1).bytes()).unwrap();
    moved[at..at + 16].copy_from_slice(neighbour.bytes());
    overwrite(&store, &victims, &moved);
    assert_eq!(ours.carried(&store, neighbour, NOW), Err(NotFound::SlotUnreadable));

    // What somebody without the key can make: an unsealed slot, a slot under another key.
    let other = MemoryStore::default();
    let open = Rc::new(Registry::new(None));
    for forger in [open, theirs] {
        forger.prepare(&other).unwrap();
        forger.open(&other, trace(1), one(b"b"), NOW).unwrap();
        assert_ne!(key(&forger, trace(1)), victims);
        overwrite(&store, &victims, &value(&other, &key(&forger, trace(1))));
        assert_eq!(ours.carried(&store, trace(1), NOW), Err(NotFound::SlotUnreadable));
    }
}

#[test]
fn what_a_replay_of_a_sealed_slot_can_do_is_this_and_no_more() {
    let registry = sealed("s");
    let store = prepared(&registry);
    let key = key(&registry, trace(1));
    registry.open(&store, trace(1), one(b"victim"), NOW).unwrap();
    let before = value(&store, &key);
    registry.open(&store, trace(1), one(b"attacker"), NOW).unwrap();
    overwrite(&store, &key, &before);
    assert_eq!(registry.carried(&store, trace(1), NOW), Ok(b"victim".to_vec()), "as documented");
    let expired = UnixTime::from_seconds(1_300);
    assert_eq!(registry.carried(&store, trace(1), expired), not_carried(NotCarried::Expired));
}

#[test]
fn listeners_that_do_not_name_the_same_secret_find_nothing_of_each_other() {
    for (inbound, outbound) in [(Some("s"), None), (None, Some("s")), (Some("s"), Some("t"))] {
        let [inbound, outbound] =
            [inbound, outbound].map(|secret| secret.map_or_else(|| Rc::new(Registry::new(None)), sealed));
        let store = prepared(&inbound);
        inbound.open(&store, trace(1), one(b"a"), NOW).unwrap();
        assert_eq!(outbound.carried(&store, trace(1), NOW), Err(NotFound::SlotUnreadable));
        assert_eq!(inbound.carried(&store, trace(1), NOW), Ok(b"a".to_vec()));
    }
}

#[test]
fn preparing_again_keeps_what_is_registered() {
    for registry in registries() {
        let store = prepared(&registry);
        registry.open(&store, trace(1), one(b"a"), NOW).unwrap();
        registry.prepare(&store).unwrap();
        assert_eq!(registry.carried(&store, trace(1), NOW), Ok(b"a".to_vec()));
    }
}

#[test]
fn a_store_that_fails_registers_nothing() {
    for (reads, swaps, error) in [
        (Err(StoreError::Failed), Ok(()), RegistryError::StoreFailed),
        (Ok(()), Err(Conflict::Failed), RegistryError::StoreFailed),
        (Ok(()), Err(Conflict::Changed), RegistryError::StoreContended),
    ] {
        let [registry, _] = registries();
        let store = Failing { inner: prepared(&registry), reads, swaps, attempts: Cell::new(0) };
        let refused = registry.open(&store, trace(1), one(b"a"), NOW);
        assert_eq!(refused.unwrap_err(), error);
        assert_eq!(registry.carried(&store.inner, trace(1), NOW), not_carried(NotCarried::Unknown));
        assert!(store.attempts.get() <= contract::STORE_ATTEMPTS);
        if reads.is_err() {
            assert_eq!(registry.carried(&store, trace(1), NOW), Err(NotFound::StoreFailed));
        }
    }
}

#[test]
fn a_full_slot_refuses() {
    let [registry, _] = registries();
    let store = prepared(&registry);
    for number in 1..=set::WAYS {
        let mut bytes = [7; 16];
        bytes[0] = 100 + u8::try_from(number).unwrap();
        registry.open(&store, TraceId::new(bytes).unwrap(), one(b"a"), NOW).unwrap();
    }
    assert_eq!(registry.open(&store, trace(7), one(b"b"), NOW).unwrap_err(), RegistryError::SlotFull);
}

#[test]
fn slots_that_cannot_be_made_refuse_the_configuration() {
    let [registry, _] = registries();
    let swaps = Err(Conflict::Failed);
    let store = Failing { inner: MemoryStore::default(), reads: Ok(()), swaps, attempts: Cell::new(0) };
    assert_eq!(registry.prepare(&store), Err(RegistryError::StoreFailed));
}

#[test]
fn traces_spread_over_the_slots() {
    let slots = |registry: &Registry| {
        (0..=255).map(|last| key(registry, trace(last))).collect::<std::collections::BTreeSet<_>>().len()
    };
    let [open, sealed] = registries();
    assert_eq!(slots(&open), usize::from(slots::SLOTS));
    // 256 into 256 places at random leave 94 empty, give or take 7.
    assert!((120..=204).contains(&slots(&sealed)), "{}", slots(&sealed));
}
